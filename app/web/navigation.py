"""Which pages stand in whose menu. Whether they open is the permissions' question, not the menu's."""

from dataclasses import dataclass

from app.core.actor import Actor, Role


@dataclass(frozen=True)
class Entry:
    path: str
    key: str
    others: tuple[str, ...] = ()  # pages elsewhere that stand under this entry too


_WORKER = (
    Entry("/desk", "page.menu.desk", ("/interviews",)),
    Entry("/reception", "page.menu.reception"),
    Entry("/cases", "page.menu.cases", ("/assessments",)),
    Entry("/referrals", "page.menu.referrals"),
    Entry("/appointments", "page.menu.appointments"),
    Entry("/directory", "page.menu.directory"),
)
_SUPERVISOR = (Entry("/board", "page.menu.board"), Entry("/flow", "page.menu.flow"))

MENUS: dict[Role, tuple[Entry, ...]] = {
    Role.social_worker: _WORKER,
    Role.supervisor: (*_SUPERVISOR, Entry("/approvals", "page.menu.approvals"), *_WORKER),
    Role.partner_agent: (
        Entry("/inbox", "page.menu.inbox"),
        Entry("/our-agreement", "page.menu.our_agreement"),
        Entry("/our-figures", "page.menu.our_figures"),
    ),
    Role.administrator: (
        Entry("/house/users", "page.menu.users"),
        Entry("/house/windows", "page.menu.windows", ("/house/holidays", "/house/territories")),
        Entry("/house/institutions", "page.menu.institutions", ("/house/services", "/house/agreements")),
        Entry("/house/vocabularies", "page.menu.vocabularies"),
        Entry("/house/instruments", "page.menu.instruments"),
    ),
    Role.auditor: (Entry("/trail", "page.menu.trail"), Entry("/trail/chain", "page.menu.chain")),
    Role.system: (),
}


def menu(actor: Actor) -> tuple[Entry, ...]:
    return MENUS[actor.role]


def home(actor: Actor) -> str:
    """Where somebody begins."""
    return menu(actor)[0].path


def current(path: str, entries: tuple[Entry, ...]) -> str | None:
    """The entry under which a page stands: the longest that its address begins with."""
    found = [
        entry.path
        for entry in entries
        for start in (entry.path, *entry.others)
        if path == start or path.startswith(f"{start}/")
    ]
    return max(found, key=len, default=None)

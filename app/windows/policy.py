from sqlalchemy import ColumnElement, false, true

from app.core.actor import Actor, Role


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every window for whoever signs in: offices are public, and a file may move from one to another.

    What happens at a window is the other modules' business; their policies look at `actor.window_ids`.
    """
    return false() if actor.role is Role.system else true()

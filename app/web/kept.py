"""What was typed and not sent when a session locked: kept while the password is given again, then shown in its form.

With scripts a page hands over its forms as it goes blank. Without them nobody is told that the session locked while a
long answer was being written: the form is sent, and refused, and kept as it comes. Files are not kept, nor passwords
and proofs, nor what only asks.
"""

from fastapi import Request
from fastapi.routing import iter_route_contexts

from app.auth import kept_forms
from app.auth.kept_forms import Typed
from app.web import face, marks, visitors

_LONGEST_ADDRESS = 500
SENT_TO = "_sent_to"  # in what a page hands over: the address of its form


async def keep(request: Request, sent_to: str) -> bool:
    """Keep the form that came with a request, if something was written in it that is to be saved at the address."""
    known, sent = visitors.of(request), face.form(request)
    fields = [(name, value) for name, value in sent.fields if not _is_secret(name)]
    is_written = any(value.strip() for name, value in fields if not name.startswith("_"))
    if known is None or known.actor.session_id is None or not (is_written and sent.own("_page")):
        return False
    if len(sent_to) > _LONGEST_ADDRESS or not _saves(request, sent_to):
        return False
    await visitors.write_beside(request, kept_forms.keep, known.actor.session_id, Typed(sent_to, fields))
    return True


def _is_secret(name: str) -> bool:
    return name.endswith("password") or name in {"_proof", face.KEPT, SENT_TO}


def _saves(request: Request, path: str) -> bool:
    """Whether a form of our pages goes there, and is no search."""
    contexts = iter_route_contexts(request.app.routes)
    taking = [one.original_route for one in contexts if "POST" in (one.methods or ())]
    fitting = (route for route in taking if face.shows_a_page(route) and route.path_regex.match(path))
    route = next(fitting, None)
    return route is not None and not marks.is_only_asking(route.endpoint)

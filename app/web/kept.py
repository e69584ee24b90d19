"""What a locked session could not send: kept while the password is given again, then shown in its form once more.

Without scripts nobody is told that the session locked while a long answer was being written: the answer comes first.
Files are not kept, nor are passwords.
"""

from fastapi import Request

from app.auth import kept_forms
from app.auth.kept_forms import Typed
from app.web import face, visitors

_LONGEST_ADDRESS = 500


async def keep(request: Request) -> bool:
    """Keep the form that was refused because the session is locked, if something was written in it."""
    known, sent = visitors.of(request), face.form(request)
    fields = [(name, value) for name, value in sent.fields if not name.endswith("password")]
    is_written = any(value.strip() for name, value in fields if not name.startswith("_"))
    if known is None or known.actor.session_id is None or not (is_written and sent.own("_page")):
        return False
    if len(request.url.path) > _LONGEST_ADDRESS:
        return False
    typed = Typed(request.url.path, fields)
    await visitors.write_beside(request, kept_forms.keep, known.actor.session_id, typed)
    return True


async def take(request: Request) -> Typed | None:
    """What was kept of this browser's session: it is given back once."""
    known = visitors.of(request)
    if known is None or known.actor.session_id is None:
        return None
    return await visitors.write_beside(request, kept_forms.take, known.actor.session_id)

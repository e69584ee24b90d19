"""The cookies of the pages: for this host alone, out of reach of scripts and of other sites' forms."""

from starlette.responses import Response

SESSION = "__Host-shubbak"  # the key of a browser's session
VISITOR = "__Host-visitor"  # what a browser's proofs are made from while it has no session
LANGUAGE = "__Host-language"  # the language that was chosen before signing in
LOCKED_LANGUAGE = "__Host-locked-language"  # what a locked screen speaks: anybody may press its buttons
ACTIVATED = "__Host-activated"  # the address of an account, from its activation to the sign-in that follows


def keep(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Let the browser keep a value; without a time until it is closed."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def drop(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")

"""With what a session is held, in the words by which its owner knows it: a browser and a system.

Neither version nor model: they would tell more of a machine than its owner needs to know it again.
"""

_LONGEST = 500  # characters that are looked at: whoever writes more describes no browser
_WORD = 38  # characters of each half


def name(user_agent: str) -> str | None:
    """What a `User-Agent` (RFC 9110, 10.1.5) says: "Firefox, Windows", "Chrome Mobile, Android"; None: nothing known.

    It is whatever the other side writes: to be shown to the session's owner, never to be decided by.
    """
    # The expressions by which it is known take their time to load, and only who signs in waits for them.
    from ua_parser import parse_os, parse_user_agent

    told = user_agent[:_LONGEST]
    halves = [half.family[:_WORD] for half in (parse_user_agent(told), parse_os(told)) if half]
    return ", ".join(halves) or None

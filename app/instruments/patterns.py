"""Literal patterns inside expressions: regular expressions that cannot run away, and numeric date formats."""

import re

MAX_MATCHED = 255  # characters; a longer text matches nothing
_MAX_WAYS = 2**24  # ways in which a text of that length may be tried, at worst some hundredths of a second

_PIECE = re.compile(
    r"""(?P<open>\(\?:|\((?!\?))
      | (?P<close>\))
      | (?P<either>\|)
      | (?P<repeat>[*+?]|\{(?P<least>[0-9]{1,3})(?P<range>,(?P<most>[0-9]{0,3}))?\})(?P<lazy>\??)
      | (?P<atom>\\[dDwWsSbB] | \\[^A-Za-z0-9] | \[\^?(?:\\[dDwWsS]|\\[^A-Za-z0-9]|[^\]\\\[])+\] | [^\\\[\]*+?{}()|])
    """,
    re.VERBOSE | re.DOTALL,
)
_SET_OPERATIONS = re.compile(r"--|&&|~~|\|\|")  # reserved by Python inside character sets
_DATE_FORMAT = re.compile(r"(?:[^%]|%[YymndeHhMS%])*")


def is_date_format(text: str) -> bool:
    """Month and day names are refused: they would be stored in one language."""
    return _DATE_FORMAT.fullmatch(text) is not None


def is_safe_regex(pattern: str) -> bool:
    """Whether matching stays cheap on any text: nothing variable is repeated, and repetitions are few."""
    if _SET_OPERATIONS.search(pattern):
        return False
    ways = _ways(pattern)
    return ways is not None and ways <= _MAX_WAYS and _compiles(pattern)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _ways(pattern: str) -> int | None:
    """An upper bound on how many ways a text can be tried against a pattern; None when it cannot be told.

    Look-arounds and back-references do not fit the pieces; a group that holds a choice or a repetition may itself be
    optional, but not repeated, since that is what makes the number of ways grow exponentially.
    """
    ways, position, open_groups, closed_is_variable, repeatable = 1, 0, [False], False, False
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None:
            return None
        position = piece.end()
        if piece["repeat"]:
            choices = _choices(piece)
            if not repeatable or (closed_is_variable and not piece["repeat"].startswith("?")):
                return None
            ways *= choices
            open_groups[-1] = open_groups[-1] or choices > 1
            closed_is_variable = repeatable = False
        elif piece["open"]:
            open_groups.append(False)
            repeatable = False
        elif piece["close"]:
            if len(open_groups) == 1:
                return None
            closed_is_variable, repeatable = open_groups.pop(), True
            open_groups[-1] = open_groups[-1] or closed_is_variable
        elif piece["either"]:
            ways *= 2
            open_groups[-1], repeatable = True, False
        else:
            closed_is_variable, repeatable = False, True
    return ways


def _choices(piece: re.Match[str]) -> int:
    """How many lengths a repetition allows on a text of MAX_MATCHED characters."""
    if piece["repeat"] == "?":
        return 2
    if not piece["least"]:
        return MAX_MATCHED + 1
    if not piece["range"]:
        return 1
    most = min(int(piece["most"] or MAX_MATCHED), MAX_MATCHED)
    return max(most - int(piece["least"]) + 1, 2)

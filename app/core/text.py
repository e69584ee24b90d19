"""Two forms of a text: what is stored (`clean`) and what is compared (`fold`).

Stored text keeps the writer's letters; only what nobody can see, or what would reorder the words around it, is
dropped. Compared text throws away every distinction that people do not make reliably when they type a name.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_ASCII_DIGITS = {
    start + value: str(value)
    for start in (0x0660, 0x06F0, 0xFF10)  # Arabic-Indic, Extended Arabic-Indic (Persian), fullwidth
    for value in range(10)
}

# The Moroccan and Persian letters for /g/ become kaf: typists without them on the keyboard use kaf, and the letter
# alone never tells two people apart.
_SAME_LETTER = {
    **dict.fromkeys("ٱٲٳٵ", "ا"),
    **dict.fromkeys("ىیےۍې", "ي"),
    **dict.fromkeys("کڪګڭگݣ", "ك"),
    **dict.fromkeys("ةہھەۃ", "ه"),
    "ڧ": "ق",
    "ڢ": "ف",
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    **{chr(code): digit for code, digit in _ASCII_DIGITS.items()},
}
_UNHEARD = frozenset("ـʼʽʾʿ")  # tatweel, and the half rings and apostrophes of transliterations
_ZWNJ = "\u200c"
_LINE_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")
_ARABIC_LETTER = re.compile(
    "[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u0870-\u08c9\ufb50-\ufdff\ufe70-\ufefc]"
)
_LETTER = re.compile(r"[^\W\d_]")
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_SPACES = re.compile(" +")


class _Table(dict[int, str]):
    """A `str.translate` table that asks its rule once per character and remembers the answer."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = answer = self._rule(chr(code))
        return answer


def _compared(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf", "Cs"} or char in _UNHEARD:
        return ""
    if category[0] in "PSZ" or category == "Cc":
        return " "
    return _SAME_LETTER.get(char, char)


def _stored(char: str) -> str:
    category = unicodedata.category(char)
    if char == _ZWNJ:
        return char
    if char in _LINE_BREAKS:
        return "\n"
    if category == "Zs" or char == "\t":
        return " "
    return "" if category in {"Cc", "Cf", "Cs"} else char


_COMPARED = _Table(_compared)
_STORED = _Table(_stored)


def digits_to_ascii(value: str) -> str:
    """Arabic-Indic, Persian and fullwidth digits as 0-9; everything else is left alone."""
    return value.translate(_ASCII_DIGITS)


def fold(value: str) -> str:
    """The form in which two spellings of one word are equal; for comparison and indexes, never for display.

    Decomposing first makes accents, tashkeel, hamza seats and madda separate marks, so dropping the marks unifies
    أ إ آ with ا, ؤ with و and ئ with ي. Case is folded twice because some compatibility characters only become
    capitals once decomposed. Punctuation and symbols become blanks. Folding twice changes nothing.
    """
    once = unicodedata.normalize("NFKD", value).casefold()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", once).casefold())
    return unicodedata.normalize("NFC", " ".join(apart.translate(_COMPARED).split()))


def clean(value: str, *, multiline: bool = False) -> str:
    """The form that is stored: NFC, trimmed, blanks collapsed, no control, bidi or invisible characters.

    The zero-width non-joiner stays inside words because Persian spelling needs it. Line breaks are kept as "\\n" when
    `multiline`, and are blanks otherwise. The result never contains what `has_forbidden` refuses.
    """
    kept = unicodedata.normalize("NFC", value.replace("\r\n", "\n").translate(_STORED))
    if not multiline:
        return _one_line(kept.replace("\n", " "))
    return "\n".join(_one_line(line) for line in kept.split("\n")).strip("\n")


def _one_line(value: str) -> str:
    return _SPACES.sub(" ", value).strip(" " + _ZWNJ)


@lru_cache(maxsize=16_384)
def is_arabic(value: str) -> bool:
    """Whether most letters are of the Arabic script, Persian included; a text without letters is not."""
    return len(_ARABIC_LETTER.findall(value)) * 2 > len(_LETTER.findall(value))


def has_forbidden(value: str) -> bool:
    """Whether the text holds NUL or a lone surrogate: PostgreSQL refuses the first, UTF-8 cannot carry the second."""
    return _FORBIDDEN.search(value) is not None

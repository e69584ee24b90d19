"""How one word of a name may be read, in a small alphabet of consonants shared by both scripts.

Arabic writes consonants and long vowels; French, Spanish and English spellings write every vowel, each in its own way.
What survives from one to the other is the order of the consonants, so a word becomes its consonants, and between them
the sets of vowels that were written. Consonants find candidates; vowels then tell Karim from Karima.

The alphabet: b (ب پ p) · t (ت ث ط) · j (ج ژ) · c for ش چ ch sh · h (ح ه) · x for خ kh · d · r · z · s · k for every sound made at the
back of the palate (ق ك غ گ, c k q g gh) · f · l · m · n, and w, y only where they open the word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.core import text

OPENING = "*"  # an alef or ayn that opens the word and may carry any vowel
HIATUS = "'"  # hamza or ayn inside the word: it lets Latin vowels meet, as in Saïd
FINAL_YA = "Y"  # ى and ي are typed one for the other at the end of a word: either a or i
FINAL_TA = "T"  # ة, always an a, and never typed for ى

# Readings a spelling allows but does not suggest; scores lose this much when they rest on one.
_GUESSED = 0.03
# What a differing vowel costs: it makes another name · it is a habit of spelling · it means nearly nothing.
_HARD, _LOOSE, _SOFT = 0.16, 0.05, 0.02
_LONGEST = 16  # consonants; nobody's name is longer, and keys stay short

Vowels = frozenset[str]

_SILENT = frozenset({OPENING, HIATUS})
_WRITTEN_AS = {"a": {"a", "e"}, "i": {"i", "e"}, "u": {"u"}, FINAL_YA: {"a", "i", "e"}, FINAL_TA: {"a", "e"}}


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """Consonants, and the vowels before, between and after them: always one set more than consonants."""

    arabic: bool
    consonants: str
    vowels: tuple[Vowels, ...]
    cost: float = 0.0

    @property
    def key(self) -> str:
        """The consonants; a word with fewer than two also tells that it opens with a vowel (Ali against Leila)."""
        opened = OPENING if self.vowels[0] and len(self.consonants) < 2 else ""
        return (opened + self.consonants)[:_LONGEST]


_ARABIC = dict(zip("بپتثجژچحخدذرزسشصضطظغفقكلمنهوڤي", "bbttjjchxddrzscsdtdkfkklmnhwwy", strict=True))
_PERSIAN = _ARABIC | {"ث": "s", "ذ": "z", "ض": "z", "ظ": "z"}  # how Persian and the East read them aloud
_ARABIC_ARTICLE = re.compile(r"^(عبد|بن|ابو|بو|)ال(?=..)")
_ARABIC_DIALECT_ARTICLE = re.compile(r"^ل(?=...)")  # لحسن for الحسن

_FRENCH = {
    unit: heard
    for heard, units in {
        "b": "p",
        "t": "th",
        "j": "zh dj dg",
        "c": "tch sch ch sh",
        "x": "kh",
        "d": "dh",
        "k": "c q g gh ck ɣ",
        "ks": "x",
        "f": "ph",
        "w": "W",
        "y": "Y",
    }.items()
    for unit in units.split()
}
_LETTER_BY_LETTER = _FRENCH | {"sh": "sh", "th": "th", "dh": "dh", "zh": "zh"}  # Fathi, Azhar, Ishak
_VOWEL = {"a": "a", "ɛ": "a", "e": "e", "i": "i", "y": "i", "o": "u", "u": "u", "v": "u", "w": "u"}
_UNIT = re.compile("tch|sch|ch|sh|kh|gh|ph|ck|th|dh|zh|dj|dg|.", re.DOTALL)

_RESPELLED = [
    (re.compile(r"gu(?=[eiy])"), "q"),
    (re.compile(r"qu(?=[aeiouy])"), "q"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"^(?:ou(?=[aeiy])|[vw])"), "W"),
    (re.compile(r"^(?:i(?=[aou])|y(?=[aeiou]))"), "Y"),
    (re.compile(r"(?<=[^aeiouy])e$"), ""),
]
_FRENCH_RESPELLED = [(re.compile(r"g(?=[eiy])"), "j"), (re.compile(r"^rh"), "gh")]
_LETTER_RESPELLED = [(re.compile(r"^ou(?=[^aeiouy])"), "W")]

_LATIN_ARTICLE = re.compile(r"^(?:(abd)(?:[aeiu]|ou?)|(b[ei]n)[ae]|(a?bou|a?bu)[ae]?|[ae])l(?=..)")
_LATIN_DIALECT_ARTICLE = re.compile(r"^l(?=...)")  # Lahcen for El Hassan, Larbi for El Arbi
_LATIN_VOWEL = re.compile("[aeiouy]")
_FINAL_H = re.compile(r"(?<=[aeiou])h$")


@lru_cache(maxsize=16_384)
def readings(word: str) -> tuple[Reading, ...]:
    """Every reading of one folded word, the likeliest first, each told from the others by more than its vowels."""
    found: dict[tuple[str, bool], Reading] = {}
    for reading in _arabic_readings(word) if text.is_arabic(word) else _latin_readings(word):
        for one in (reading, *_of_the_sons(reading)):
            found.setdefault((one.consonants, bool(one.vowels[0])), one)
    return tuple(found.values())


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The word without its written article, unless what looks like one belongs to the name: Alami, Alaoui, Elias."""
    if text.is_arabic(word):
        return _ARABIC_ARTICLE.sub(r"\1", word)
    without = _LATIN_ARTICLE.sub(r"\1\2\3", word)
    return without if _is_enough(without) else word


def _is_enough(word: str) -> bool:
    return len(_LATIN_VOWEL.sub("", word)) > 1


def concatenated(parts: list[Reading]) -> Reading:
    """Several words of one script read as one: people write Fatima Ezzahra and Fatimazahra."""
    consonants = "".join(part.consonants for part in parts)
    vowels = list(parts[0].vowels)
    for part in parts[1:]:
        vowels[-1] = _closing(vowels[-1]) | (part.vowels[0] - {OPENING})
        vowels.extend(part.vowels[1:])
    return Reading(parts[0].arabic, consonants, tuple(vowels))


def _of_the_sons(reading: Reading) -> Iterator[Reading]:
    """Belkacem and بلقاسم are Ben El Kacem with the two articles grown together."""
    if reading.consonants.startswith("bl") and len(reading.consonants) > 3:
        yield Reading(reading.arabic, "bn" + reading.consonants[2:], reading.vowels, reading.cost + _GUESSED)


def _arabic_readings(word: str) -> Iterator[Reading]:
    for form, cost in _forms(word, _ARABIC_DIALECT_ARTICLE):
        if form.startswith("ال"):  # العيد is also written Laid, its article read without the alef
            yield _read_arabic(form[1:], _ARABIC, cost)
        for letters in (_ARABIC, _PERSIAN):
            for ending in _endings(form):
                yield _read_arabic(ending, letters, cost)
            if form.startswith("او"):  # أوعلي is written Ouali, like a name in waw
                yield _read_arabic(form[1:], letters, cost + _GUESSED)


def _endings(word: str) -> Iterator[str]:
    """ه at the end is usually ة typed in haste: silent, or t after a long vowel (نجاة, Najat)."""
    if len(word) > 2 and word.endswith("ه"):
        yield word[:-1] + ("ت" if word.endswith("اه") else "ة")
    yield word


def _latin_readings(word: str) -> Iterator[Reading]:
    for form, cost in _forms(word, _LATIN_DIALECT_ARTICLE):
        for letters, respelled in ((_FRENCH, _FRENCH_RESPELLED), (_LETTER_BY_LETTER, _LETTER_RESPELLED)):
            spelled = _respell(form, respelled)
            yield _read_latin(_respell(spelled, _RESPELLED), letters, cost)
            if _FINAL_H.search(spelled):
                yield _read_latin(_respell(spelled[:-2] + "a", _RESPELLED), letters, cost)


def _forms(word: str, dialect_article: re.Pattern[str]) -> Iterator[tuple[str, float]]:
    """The word without its article and the word as it stands, each with what the guess costs."""
    without = stem(word)
    if without != word:
        yield without, 0.0
        yield word, _GUESSED
        return
    yield word, 0.0
    without = dialect_article.sub("", word)
    if without != word and _is_enough(without):
        yield without, _GUESSED


def _respell(word: str, rules: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, replacement in rules:
        word = pattern.sub(replacement, word)
    return word


def _read_arabic(word: str, letters: dict[str, str], cost: float) -> Reading:
    consonants, gaps = "", [set[str]()]
    for place, letter in enumerate(word):
        vowel = _arabic_vowel(letter, opens=place == 0, closes=place == len(word) - 1)
        if vowel:
            gaps[-1].add(vowel)
            continue
        heard = letters.get(letter, letter)
        if consonants.endswith(heard) and not gaps[-1] and letter != word[place - 1]:
            continue  # ت before ط: one is heard; the same letter twice has a vowel between
        consonants += heard
        gaps.append(set())
    return Reading(True, consonants, tuple(frozenset(gap) for gap in gaps), cost)


def _arabic_vowel(letter: str, *, opens: bool, closes: bool) -> str | None:
    """The vowel a letter stands for in this place, or None where it is a consonant."""
    if opens:
        return OPENING if letter in "اعء" else None
    if letter == "ي":
        return FINAL_YA if closes else "i"
    return {"ا": "a", "ة": FINAL_TA, "و": "u", "ڤ": "u", "ع": HIATUS, "ء": HIATUS}.get(letter)


def _read_latin(word: str, letters: dict[str, str], cost: float) -> Reading:
    consonants, gaps = "", [set[str]()]
    for unit in _UNIT.findall(word):
        if unit in _VOWEL:
            gaps[-1].add(_VOWEL[unit])
            continue
        heard = letters.get(unit, unit)
        if consonants.endswith(heard) and not gaps[-1]:
            continue  # a doubled letter is one consonant
        consonants += heard
        gaps.extend(set[str]() for _ in heard)
    return Reading(False, consonants, tuple(frozenset(gap) for gap in gaps), cost)


def vowel_cost(a: Reading, b: Reading) -> float:
    """What the written vowels of two readings with the same consonants take from their likeness.

    A long vowel that only one side writes, or a final -a (the feminine), usually makes another name. Short vowels are
    written in Latin script only, and not twice alike: they cost little.
    """
    if a.arabic and not b.arabic:
        a, b = b, a
    compare = _across if a.arabic != b.arabic else _in_arabic if a.arabic else _in_latin
    inner = zip(a.vowels[1:-1], b.vowels[1:-1], strict=True)
    cost = _opening_cost(a, b) + sum(compare(one, other) for one, other in inner)
    return cost + (_closing_cost(a.vowels[-1], b.vowels[-1]) if a.consonants else 0.0)


def _opening_cost(a: Reading, b: Reading) -> float:
    """Driss is Idriss, with enough consonants to tell; but Ali is not Leila and Amine is not Imane."""
    one, other = a.vowels[0], b.vowels[0]
    if not one or not other:
        return 0.0 if one == other else _LOOSE if len(a.consonants) > 2 else _HARD
    if OPENING not in one | other:
        return _HARD if one - {"e"} and other - {"e"} and not one & other else 0.0
    if a.arabic != b.arabic:
        return _HARD if _lacks(one, other) else 0.0
    return _HARD if (one ^ other) & {"i", "u"} else 0.0


def _in_latin(one: Vowels, other: Vowels) -> float:
    one, other = one - {"e"}, other - {"e"}
    if one == other:
        return 0.0
    return _HARD if one and other and not one & other else _SOFT


def _in_arabic(one: Vowels, other: Vowels) -> float:
    """Long a is left out by habit (رحمن for رحمان); long u and i are not."""
    differing = (one ^ other) - _SILENT
    if not differing:
        return 0.0
    return _LOOSE if differing == {"a"} else _HARD


def _across(latin: Vowels, arabic: Vowels) -> float:
    if _lacks(latin, arabic):
        return _HARD
    if arabic - _SILENT or latin <= {"a", "e"}:
        return 0.0
    # Two vowels that meet, as in Hossein, are a long one in Arabic unless hamza or ayn keeps them apart.
    return _HARD if "i" in latin and len(latin) > 1 and HIATUS not in arabic else _SOFT


def _lacks(latin: Vowels, arabic: Vowels) -> bool:
    """Whether a long vowel of the Arabic spelling is not heard in the Latin one."""
    return any(not latin & _WRITTEN_AS[vowel] for vowel in arabic - _SILENT)


def _closing_cost(one: Vowels, other: Vowels) -> float:
    if {FINAL_TA, FINAL_YA} <= one | other:
        return _HARD
    one, other = _closing(one), _closing(other)
    if one == other:
        return 0.0
    if ("u" in one) != ("u" in other):
        return _HARD
    if one & other:
        return _SOFT
    # ى may be heard a or i; both together, as in Mounia, are another name than Mouna.
    return (
        0.0 if one and other and FINAL_YA in one | other and len((one | other) & {"a", "i"}) == 1 else _HARD
    )


def _closing(vowels: Vowels) -> Vowels:
    heard = vowels - _SILENT - {"e", FINAL_TA}
    return heard | {"a"} if FINAL_TA in vowels else heard

"""Names of people in either script: keys under which they are looked up, and how alike two of them are.

`keys` is for indexes: two usual spellings of a name share at least one. `similarity` is for judging the few candidates
that the indexes return.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise

from rapidfuzz.distance import JaroWinkler, Levenshtein

from app.core import text
from app.people import spelling
from app.people.spelling import Reading

_MOST_WORDS = 8  # a name longer than this is a sentence typed into the wrong field
_INDEXED_WORDS = 4  # of one part of a name; more would multiply keys without finding anyone else
_LONGEST_WORD = 40

SAME_FROM = 0.95  # one name, spelled or transliterated by habit
SIMILAR_FROM = 0.85  # a slip is likelier than another name
DOUBTFUL_FROM = 0.8  # brothers and sisters are often called so; below, the names are different


def _spellings(*groups: str) -> dict[str, str]:
    """Each word of each group, folded, to the first word of its group."""
    return {word: group.split()[0] for group in groups for word in group.split()}


_ARTICLES = _spellings("ال", "el al il ul l es ez er ed en et ech esh ash as az ar ad an at")
_HONORIFICS = _spellings(
    "مولاي سيدي لالا للا لاله الحاج حاج الحاجه حاجه السيد السيده",
    "moulay mly sidi lalla si haj hajj hadj haja hajja elhaj lhaj",
)
_PARTICLES = _spellings(
    *("بن ابن", "بنت", "بو ابو با", "ولد اولاد", "ايت", "عبد"),
    *("ben bin ibn bel", "bent bint", "bou bu ba abou abu", "weld ould oulad ouled", "ait"),
)
_SERVANTS = ("عبد", "abd")
_ABD = re.compile("abd(?:(?:[aeiu]|ou?)(?:[lrnszdt]|ch))?")  # Abdel, and Abder, Abdes before a sun letter
_FAITH = _spellings("دين الدين", "dine din eddine eddin edine ddine uddin aldin eldin")
_WITHOUT_PARTICLE = 0.06  # "ben" is often left out: Ben Ali is also looked up as Ali

# Names that differ by nothing but vowels and are each too frequent to be taken for a slip of the other.
_DISTINCT_NAMES = _spellings(
    "عبدله abdallah abdellah abdullah abdoullah abdulah abdalah abdelah",
    "طه taha",
    "عبداله abdelilah abdelillah abdelilahe",
    "محمد mohamed mohammed mohammad muhammad mouhamed mohamad muhamad mouhammed mhamed",
    "احمد ahmed ahmad hmad",
    "محمود mahmoud mahmud mahmood",
    "حميد hamid",
    "حامد hamed",
    "حسن لحسن hassan hasan hassane hasane lahcen lahsen lahcene lahssen",
    "حسين لحسين hossein hussein houcine hossain hussain houssein lhoucine lhoussine houssaine hoceine hocine houssine",
    "عمر omar umar omer",
    "عمار ammar amar",
    "عامر amer",
    "سعيد said saeed saaid",
    "سعد saad",
    "سعاد souad suad",
    "سالم salem",
    "سليم salim selim",
    "سلام salam",
    "كريم karim",
    "اكرم akram",
    "اكرام ikram",
    "خالد khalid khaled",
    "خلود khouloud kholoud",
    "رشيد rachid rashid",
    "رشاد rachad",
    "جمال jamal djamel jamel",
    "جميل jamil djamil",
    "امين amine amin",
    "ايمان imane iman",
    "منير mounir munir",
)
_DISTINCT_AT_MOST = 0.7

_OTHER_CONSONANTS = 0.95  # a changed consonant is a slip or another name; it never counts as the same
_MISSING_WORD = 0.12  # Mohamed and Mohamed Amine may be one boy or two brothers

_CHAT_DIGITS = str.maketrans("23579", "aaxhq")  # how chat spelling writes hamza, ayn, kha, ha and qaf
_CHAT_WORD = re.compile(r"\b(?=\d*[a-z])[a-z0-9]+\b")
_APOSTROPHES = re.compile("['’‘`´]")
_GROWN_TOGETHER = re.compile(r"(?<=\S\S)(?:ال(?=دين\b|زهرا)|[aeu]l(?=dine?\b))")  # نورالدين, Noureldine


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """A meaningful word of a name, particles attached, and the ways it may be read."""

    text: str
    readings: tuple[Reading, ...]

    @property
    def arabic(self) -> bool:
        return self.readings[0].arabic

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(reading.key for reading in self.readings)


@lru_cache(maxsize=16_384)
def words(name: str) -> tuple[Word, ...]:
    """The words of a name that distinguish people, in the order given, at most eight.

    Articles and honorifics are dropped, initials too, unless nothing else is left. "ben", "ait", "abou", "abd" and the
    like become part of the word they govern, since they are written apart or attached at whim.
    """
    folded = text.fold(_APOSTROPHES.sub("", name.replace("ç", "s").replace("Ç", "s")))
    folded = _CHAT_WORD.sub(lambda word: word[0].translate(_CHAT_DIGITS), folded)
    tokens = [token[:_LONGEST_WORD] for token in _GROWN_TOGETHER.sub(" ", folded).split()[:_MOST_WORDS]]
    tokens = [
        token for place, token in enumerate(tokens) if token not in _ARTICLES or place == len(tokens) - 1
    ]
    telling = [token for token in tokens if token not in _HONORIFICS and len(token) > 1]
    return tuple(_governed(_with_faith(telling or tokens)))


def _with_faith(tokens: list[str]) -> list[str]:
    """نور الدين and Nour Eddine are one given name, usually also written as one word."""
    joined: list[str] = []
    for token in tokens:
        if token in _FAITH and joined and text.is_arabic(token) == text.is_arabic(joined[-1]):
            joined[-1] += _FAITH[token]
        else:
            joined.append(token)
    return joined


def _governed(tokens: list[str]) -> list[Word]:
    found: list[Word] = []
    for token in reversed(tokens):
        particle = "abd" if _ABD.fullmatch(token) else _PARTICLES.get(token)
        if particle and found and text.is_arabic(particle) == found[-1].arabic:
            found.append(_with_particle(particle, found.pop()))
        else:
            found.append(Word(token, spelling.readings(token)))
    return found[::-1]


def _with_particle(particle: str, word: Word) -> Word:
    joined = particle + spelling.stem(word.text)
    if particle in _SERVANTS:  # Kader alone is another name than Abdelkader
        return Word(joined, spelling.readings(joined))
    bare = [replace(one, cost=one.cost + _WITHOUT_PARTICLE) for one in word.readings]
    return Word(joined, (*spelling.readings(joined), *bare))


def keys(name_ar: str, name_latin: str) -> frozenset[str]:
    """Consonant keys of one part of a name, given or family, each script read for itself (see `spelling`).

    One per reading of each word, and one per two neighbouring words read as one. Either argument may be empty, or hold
    the other script. Alone a key is as frequent as the name: combine it before looking anything up.
    """
    return frozenset(chain(_keys(words(name_ar)), _keys(words(name_latin)))) - {""}


def _keys(name: tuple[Word, ...]) -> Iterator[str]:
    indexed = name[:_INDEXED_WORDS]
    for word in indexed:
        yield from word.keys
    for first, second in pairwise(word.readings[0] for word in indexed):
        yield spelling.concatenated([first, second]).key


@lru_cache(maxsize=16_384)
def similarity(a: str, b: str) -> float:
    """How alike two names are, from 0 to 1, whatever the order of their words and the script of each.

    Read it against `SAME_FROM`, `SIMILAR_FROM` and `DOUBTFUL_FROM`. Zero when either has no word at all.
    """
    fewer, more = sorted(
        (words(a), words(b)), key=lambda name: (len(name), sorted(word.text for word in name))
    )
    if not fewer:
        return 0.0
    apart = _aligned(_sorted(fewer), _sorted(more))
    if len(fewer) == 1 < len(more):
        return max(apart, _read_as_one(fewer[0], more))
    return apart


def _sorted(name: tuple[Word, ...]) -> list[Word]:
    return sorted(name, key=lambda word: word.text)


def _aligned(fewer: list[Word], more: list[Word]) -> float:
    """The mean likeness of the best pairs, each word used once, less a charge for every word left over.

    Both lists come sorted, so that the answer depends on the words alone and not on who is compared with whom.
    """
    pairs = sorted(
        ((-_alike(one, other), i, j) for i, one in enumerate(fewer) for j, other in enumerate(more)),
    )
    total, used, taken = 0.0, set[int](), set[int]()
    for unlike, i, j in pairs:
        if i not in used and j not in taken:
            used.add(i)
            taken.add(j)
            total -= unlike
    return max(0.0, total / len(fewer) - _MISSING_WORD * (len(more) - len(fewer)))


def _read_as_one(word: Word, name: tuple[Word, ...]) -> float:
    parts = [part.readings[0] for part in name]
    if len({part.arabic for part in parts}) > 1:
        return 0.0
    return _same_consonants(word.readings, (spelling.concatenated(parts),))


def _alike(one: Word, other: Word) -> float:
    if one.text == other.text:
        return 1.0
    alike = _same_consonants(one.readings, other.readings) or _other_consonants(one, other)
    known, other_known = _distinct_name(one.text), _distinct_name(other.text)
    if known is None or other_known is None:
        return alike
    return 1.0 if known == other_known else min(alike, _DISTINCT_AT_MOST)


def _distinct_name(word: str) -> str | None:
    return _DISTINCT_NAMES.get(word) or _DISTINCT_NAMES.get(spelling.stem(word))


def _same_consonants(some: tuple[Reading, ...], others: tuple[Reading, ...]) -> float:
    """The best likeness among readings whose consonants agree; 0 when none do."""
    return max(
        (
            max(0.0, 1.0 - a.cost - b.cost - spelling.vowel_cost(a, b))
            for a in some
            for b in others
            if a.consonants == b.consonants
        ),
        default=0.0,
    )


def _other_consonants(one: Word, other: Word) -> float:
    """Likeness of words whose consonants differ: by letters inside one script, by consonants across two."""
    a, b = one.readings[0], other.readings[0]
    if a.arabic != b.arabic:
        return _OTHER_CONSONANTS * JaroWinkler.similarity(a.consonants, b.consonants)
    left, right = spelling.stem(one.text), spelling.stem(other.text)
    # Jaro-Winkler forgives what follows a shared beginning; the edit distance does not. Slips satisfy both.
    both = JaroWinkler.similarity(left, right) + Levenshtein.normalized_similarity(left, right)
    return _OTHER_CONSONANTS * both / 2

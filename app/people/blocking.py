"""Under which keys the records are found that may be of one person (blocking, in the terms of record linkage)."""

from collections.abc import Iterator
from itertools import combinations, product

from app.people import names
from app.people.birth import Birth
from app.people.identifiers import IdentifierKind
from app.people.matching import Profile

_WIDEST_YEARS = 5  # a guessed birth spread over more years would be looked up under half the register


def blocking_keys(profile: Profile) -> frozenset[str]:
    """Keys for an equality index: two records of one person share at least one, strangers seldom any.

    `i:<kind>:<value>`, `p:<E.164>`, `n:<key>.<key>` for a given and a family name (sorted, as fields get swapped), and
    `n:<key>|<year>` for either of them with the year of birth, which still finds a person one of whose names was
    misheard. They are personal data. A name alone is never a key: one man in ten would answer to it.
    """
    given = names.keys(profile.given_ar, profile.given_latin)
    family = names.keys(profile.family_ar, profile.family_latin)
    pairs = product(given, family) if given and family else _pairs_within(profile.whole)
    found = {f"n:{min(pair)}.{max(pair)}" for pair in pairs}
    found |= {f"n:{key}|{year}" for key, year in product(given | family, _years(profile.birth))}
    found |= {f"p:{phone}" for phone in profile.phones}
    numbers = (
        (kind, value) for kind, value in profile.identifiers if value and kind is not IdentifierKind.NONE
    )
    return frozenset(found.union(f"i:{kind}:{value}" for kind, value in numbers))


def _pairs_within(whole: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """With one name field only, any two of its words may be the given and the family name."""
    for name in whole:
        for one, other in combinations(names.words(name), 2):
            yield from product(one.keys, other.keys)


def _years(birth: Birth) -> range:
    if birth.years is None or birth.years[1] - birth.years[0] >= _WIDEST_YEARS:
        return range(0)
    return range(birth.years[0], birth.years[1] + 1)

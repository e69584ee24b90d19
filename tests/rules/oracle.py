"""Reads `matrix.txt`, which is written by hand: nothing in it comes from the permissions or the policies."""

from functools import cache
from pathlib import Path

COLUMNS = ("worker", "supervisor", "agent", "administrator", "auditor", "nobody")


@cache
def oracle() -> dict[str, dict[str, str]]:
    """Route → column → cell."""
    table: dict[str, dict[str, str]] = {}
    for line in (Path(__file__).parent / "matrix.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            words, cells = line.split()[: -len(COLUMNS)], line.split()[-len(COLUMNS) :]
            assert " ".join(words) not in table, line
            table[" ".join(words)] = dict(zip(COLUMNS, cells, strict=True))
    return table


def granted(route: str) -> str:
    """The first column to which a route is open, for what does not depend on who asks."""
    return next(
        (column for column, cell in oracle()[route].items() if cell[:2] in {"ok", "mi", "al"}), "nobody"
    )

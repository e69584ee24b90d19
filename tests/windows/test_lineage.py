"""What a territory lies in."""

import pytest

from app.core.db import WriteSession
from app.core.errors import NotFound
from app.windows import queries
from tests.factories.world import World


def test_a_territory_is_told_with_all_that_it_lies_in_the_largest_first(
    db: WriteSession, world: World
) -> None:
    assert [one["code"] for one in queries.lineage(db, "02.411")] == ["02", "02.411"]


def test_a_code_that_nobody_knows_lies_nowhere(db: WriteSession, world: World) -> None:
    with pytest.raises(NotFound):
        queries.lineage(db, "99.999")

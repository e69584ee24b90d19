import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122

import pytest

from app.core import ids
from app.core.ids import uuid7


def test_ids_increase_strictly_even_within_one_instant() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_made_in_several_threads_are_all_different() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [
            key for batch in pool.map(lambda _: [uuid7() for _ in range(2_000)], range(8)) for key in batch
        ]
    assert len(set(made)) == 16_000


def test_an_id_is_of_version_seven_and_tells_its_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)  # other tests have been in the future
    before = time.time_ns() // 1_000_000
    key = uuid7()
    after = time.time_ns() // 1_000_000
    assert (key.version, key.variant) == (7, RFC_4122)
    assert before <= key.int >> 80 <= after


def test_every_type_of_id_is_known_to_the_tables() -> None:
    declared = {value for name, value in vars(ids).items() if name.endswith("Id")}
    assert declared == set(ids.ALL)

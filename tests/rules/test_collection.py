"""Collecting the tests asks neither the clock nor chance.

A day that is counted when a file is imported is wrong after midnight, and a case whose id holds one is another case in
each process of a parallel run, which ends that run. What depends on the moment stands in a fixture or a function.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests").rglob("*.py"))

# What asks the clock or chance, whoever it is called on (`now()`, `clock.now()`, `datetime.now(UTC)`) …
NAMES = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "random"}
# … and what does so as a member of a module only: `time(9)` is an hour, `choice(…)` a line of a questionnaire.
MEMBERS = {"time": {"time", "time_ns", "monotonic", "perf_counter"}, "secrets": None, "random": None}

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below that runs when the file is imported: of a function its decorators and defaults alone."""
    if isinstance(node, Function):
        given = node.args.defaults + [default for default in node.args.kw_defaults if default is not None]
        below: list[ast.AST] = [*given, *getattr(node, "decorator_list", [])]
    else:
        below = list(ast.iter_child_nodes(node))
    for child in below:
        yield child
        yield from run_at_import(child)


def asks_clock_or_chance(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in NAMES
    if not isinstance(node.func, ast.Attribute):
        return False
    name, owner = node.func.attr, node.func.value
    if isinstance(owner, ast.Name) and owner.id in MEMBERS and name != "Random":  # which has its seed
        members = MEMBERS[owner.id]
        return members is None or name in members
    return name in NAMES


def found(source: str) -> list[int]:
    """The lines of a file on which its import asks for what differs each time."""
    return [node.lineno for node in run_at_import(ast.parse(source)) if asks_clock_or_chance(node)]  # type: ignore[attr-defined]


def test_collecting_the_tests_asks_neither_the_clock_nor_chance() -> None:
    places = [
        f"{path.relative_to(ROOT).as_posix()}:{line}"
        for path in FILES
        for line in found(path.read_text("utf-8"))
    ]
    assert places == []


@pytest.mark.parametrize(
    "source",
    [
        "TOMORROW = today() + timedelta(days=1)",
        "NOW = datetime.now(UTC)",
        "NOW = clock.now().isoformat()",
        "USER = UserId(uuid7())",
        "IDS = [str(uuid4()) for _ in range(3)]",
        "KEY = secrets.token_hex(8)",
        "SOME = random.choice([1, 2])",
        "START = time.monotonic()",
        "class Case:\n    at = now()",
        "if True:\n    DAY = date.today()",
        "def test(day=today()): pass",
        "def test(*, day=today()): pass",
        "@pytest.mark.parametrize('day', [today()])\ndef test(day): pass",
        "class TestDays:\n    @pytest.mark.parametrize('at', [{'at': [now()]}])\n    def test(self, at): pass",
    ],
)
def test_the_rule_recognises_what_it_forbids(source: str) -> None:
    assert found(source)


@pytest.mark.parametrize(
    "source",
    [
        "def tomorrow(): return today() + timedelta(days=1)",
        "@pytest.fixture\ndef now(): return clock.now()",
        "async def test(): assert now() > uuid7()",
        "@pytest.mark.parametrize('make', [lambda: today(), uuid4])\ndef test(make): assert make()",
        "default = field(default_factory=uuid7)",
        "DAY = date(2026, 3, 2)",
        "SOMEBODY = UUID(int=1)",
        "NINE = time(9)",
        "YES = choice('yn', 'yes')",
        "CHANCE = random.Random(7)",
        "class Case:\n    def at(self): return now()",
    ],
)
def test_the_rule_leaves_alone_what_it_does_not_mean(source: str) -> None:
    assert not found(source)

"""Rules that are kept by reading the source: who may change a status, commit, ask for the time, know python-jose."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "app").rglob("*.py"))


def found(rule: Callable[[ast.AST], bool], *, but: set[str]) -> list[str]:
    """Every place outside the files named where the rule's pattern stands."""
    return [
        f"{name}:{node.lineno}"  # type: ignore[attr-defined]
        for name, nodes in _source().items()
        if name not in but
        for node in nodes
        if rule(node)
    ]


@cache
def _source() -> dict[str, list[ast.AST]]:
    return {
        path.relative_to(ROOT).as_posix(): list(ast.walk(ast.parse(path.read_text("utf-8"))))
        for path in FILES
    }


def sets_status(node: ast.AST) -> bool:
    """`x.status = …`, `.values(status=…)`, `setattr(x, "status", …)`."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        flat = [part for target in targets for part in ast.walk(target)]
        return any(
            isinstance(t, ast.Attribute) and t.attr == "status" and isinstance(t.ctx, ast.Store) for t in flat
        )
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            return any(keyword.arg == "status" for keyword in node.keywords)
        if isinstance(node.func, ast.Name) and node.func.id == "setattr" and len(node.args) > 1:
            name = node.args[1]
            return isinstance(name, ast.Constant) and name.value == "status"
    return False


def commits(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "commit"


def imports_jose(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == "jose"
    return isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "jose" for alias in node.names)


def asks_the_time(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    )


def test_only_the_life_cycle_changes_a_status() -> None:
    assert found(sets_status, but={"app/core/moves.py"}) == []


def test_only_those_who_own_a_transaction_commit_it() -> None:
    owners = {
        "app/core/deps.py",
        "app/audit/access.py",
        "app/outbox/service.py",
        "app/worker.py",
        "app/cli.py",
    }
    assert found(commits, but=owners) == []


def test_only_the_token_module_knows_python_jose() -> None:
    assert found(imports_jose, but={"app/auth/tokens.py"}) == []


def test_only_the_clock_asks_for_the_time() -> None:
    assert found(asks_the_time, but={"app/core/clock.py"}) == []


def test_no_module_grows_beyond_what_is_read_at_one_sitting() -> None:
    """Whoever is about to add to a longer one looks for what it holds two of, and gives that a name."""
    long = {path.relative_to(ROOT).as_posix() for path in FILES if path.read_text("utf-8").count("\n") > 300}
    assert long == set()


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (sets_status, "case.status = 1"),
        (sets_status, "case.status, other = 1, 2"),
        (sets_status, "case.status += 1"),
        (sets_status, "update(t).values(status=1)"),
        (sets_status, "setattr(case, 'status', 1)"),
        (commits, "db.commit()"),
        (commits, "run(session.commit)"),
        (imports_jose, "from jose import jwt"),
        (imports_jose, "import jose.jwt as x"),
        (imports_jose, "from jose.exceptions import JOSEError"),
        (asks_the_time, "datetime.now(UTC)"),
        (asks_the_time, "date.today()"),
    ],
)
def test_the_rules_recognise_what_they_forbid(rule: Callable[[ast.AST], bool], source: str) -> None:
    assert any(rule(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["status = 1", "x = case.status", "f(status=1)", "clock.now()", "from josepy import jwt"]
)
def test_the_rules_leave_alone_what_they_do_not_mean(source: str) -> None:
    nodes = list(ast.walk(ast.parse(source)))
    assert not any(rule(n) for rule in (sets_status, commits, imports_jose, asks_the_time) for n in nodes)

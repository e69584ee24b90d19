"""Everything that the code can say to a person has its sentence in every language, and no sentence is left over."""

import ast
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from babel.messages.pofile import read_po

import app.cli
import app.main  # with the console it imports every module
from app.auth.permissions import Permission
from app.core import i18n, problems
from app.core.actor import Role
from app.core.errors import DomainError
from app.core.settings import LANGUAGES
from app.instruments.errors import FormProblem
from app.people import identifiers, phones
from app.referrals.states import EligibilityWarning, ReferralAction

APP = Path(app.main.__file__).parent
N = TypeVar("N", bound=ast.AST)
C = TypeVar("C")

CODE = re.compile(r"[a-z][a-z0-9_]*")
PLACE = re.compile(r"\{(\w*)\}")


@cache
def sentences(language: str) -> dict[str, str]:
    """As they are written, also those that are empty."""
    with (i18n.LOCALES / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language, abort_invalid=True) if m.id}


@cache
def keys(family: str) -> frozenset[str]:
    """The keys of one family without its prefix; all languages have the same."""
    return frozenset(
        key.removeprefix(f"{family}.") for key in sentences("en") if key.startswith(f"{family}.")
    )


# --- what the code can say -------------------------------------------------------------------------------------


@cache
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(APP)): ast.parse(path.read_text()) for path in sorted(APP.rglob("*.py"))}


def nodes(kind: type[N], *, within: str = "") -> Iterator[N]:
    for path, tree in trees().items():
        if path.startswith(within):
            yield from (node for node in ast.walk(tree) if isinstance(node, kind))


def descendants(parent: type[C]) -> Iterator[type[C]]:
    for child in parent.__subclasses__():
        if child.__module__.startswith("app."):
            yield child
        yield from descendants(child)


def written(node: ast.AST | None) -> Iterator[str]:
    """Codes that stand in an expression as they are."""
    for part in ast.walk(node) if node else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            yield part.value


def called(name: str, place: int = 0, *, within: str = "") -> Iterator[str]:
    """Codes written as one argument of the calls of a function."""
    for call in nodes(ast.Call, within=within):
        target = getattr(call.func, "id", getattr(call.func, "attr", None))
        if target == name and len(call.args) > place:
            yield from written(call.args[place])


def refusals() -> set[str]:
    """Every domain error, and what the door and the gate answer without one."""
    door = next(node for node in nodes(ast.AsyncFunctionDef, within="main.py") if node.name == "http")
    return {
        DomainError.code,
        *(error.code for error in descendants(DomainError)),
        *(code for statement in door.body for code in written(statement)),
        *called("response", within="core/http.py"),
        *called("response", within="main.py"),
    }


def doubts() -> set[str]:
    """What is told about odd numbers that are kept all the same."""
    numbers = [(kind, value) for kind in identifiers.IdentifierKind for value in ("", "?")]
    of_documents = {code for number in numbers for code in identifiers.normalise(*number).warnings}
    return {*of_documents, *phones.normalise("?").warnings}


def reasons_of_fields() -> set[str]:
    return {
        *problems.FIELD_CODES.values(),
        *kinds_beside_the_table(),
        *called("InvalidInput", 1),
        *called("ValueError"),
        *called("AnswerRefused"),
        *called("Violation", 1),
        *pointed_at(),
        *(problem.value for problem in FormProblem),
        *doubts(),
    }


def kinds_beside_the_table() -> Iterator[str]:
    """What pydantic's other kinds of error are called."""
    judge = next(node for node in nodes(ast.FunctionDef, within="core/problems.py") if node.name == "_code")
    choice = judge.body[-1]
    assert isinstance(choice, ast.Return)
    assert isinstance(choice.value, ast.IfExp)
    yield from written(choice.value.body)
    yield from written(choice.value.orelse)


def pointed_at() -> Iterator[str]:
    """Reasons that are put together by hand: `{"pointer": …, "code": …}`."""
    for node in nodes(ast.Dict):
        names = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if "pointer" in names and "code" in names:
            code = node.values[names.index("code")]
            yield from written(code) if isinstance(code, ast.Constant) else ()


def what_stands_in_the_way() -> set[str]:
    """Codes that are yielded, given with a refusal, or made as `code:id`."""
    yielded = {
        code for node in nodes(ast.Yield) if isinstance(node.value, ast.Constant) for code in written(node)
    }
    given = {
        code
        for keyword in nodes(ast.keyword)
        if keyword.arg in {"blockers", "unacknowledged"}
        for code in written(keyword.value)
    }
    made = (
        re.fullmatch(r"f'([a-z_]+):\{(?:\w+_id|\w+\.id|category)\}'", ast.unparse(node))
        for node in nodes(ast.JoinedStr)
    )
    return yielded | given | {match[1] for match in made if match} | set(EligibilityWarning)


def kinds_of_notices() -> set[str]:
    """Written out at the call, or made of an event of a referral: its action, or the clock that ran out.

    A role may have words of its own for one (`<kind>.<role>`).
    """
    kinds: set[str] = set()
    for call in nodes(ast.Call):
        if getattr(call.func, "attr", None) != "notify":
            continue
        kind = call.args[2]
        if isinstance(kind, ast.Constant):
            kinds.add(str(kind.value))
        else:
            assert ast.unparse(kind) in {"f'referral.{event.action}'", "f'referral.{event.kind}'"}
    clocks = {
        str(keyword.value.value)
        for call in nodes(ast.Call, within="referrals/")
        if getattr(call.func, "id", None) == "ReferralOverdue"
        for keyword in call.keywords
        if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
    }
    kinds |= {f"referral.{word}" for word in (*ReferralAction, *clocks)}
    return kinds | {f"{kind}.{role}" for kind in kinds for role in Role if f"{kind}.{role}" in keys("notice")}


def values_of_lists() -> set[str]:
    """Every closed list but permissions, which nobody reads, and faults of a form, which are reasons of fields."""
    lists = [kind for kind in descendants(StrEnum) if kind not in {Permission, FormProblem}]
    return {f"{kind.__name__}.{member.value}" for kind in lists for member in kind}


# --- every code has a sentence, every sentence a code ----------------------------------------------------------


def test_every_refusal_has_a_title_and_says_what_to_do_next_and_no_sentence_is_left_over() -> None:
    by_circumstance = {
        "illegal_move.final",
        "too_many_attempts.wait",
        "interview_incomplete.unsaved",
        "assessment_incomplete.unsaved",
    }
    assert keys("error") == refusals() | {f"{code}.detail" for code in refusals()} | by_circumstance


def test_every_reason_of_a_field_has_a_sentence_and_no_sentence_is_left_over() -> None:
    with_bound = {f"{code}.bound" for code in ("too_short", "too_long", "too_small", "too_large")}
    with_bound |= {"too_long.characters"}
    with_list = {"unknown_code.list", "unknown_choice.allowed"}
    as_expected = {"bad_format.format", "bad_format.etag", "wrong_type.object", "wrong_type.list"}
    as_expected |= {"unknown.format"}
    assert keys("field") == reasons_of_fields() | with_bound | with_list | as_expected


@pytest.mark.parametrize(
    ("family", "codes"),
    [("blocker", what_stands_in_the_way), ("notice", kinds_of_notices), ("enum", values_of_lists)],
)
def test_every_code_has_a_sentence_and_every_sentence_a_code(
    family: str, codes: Callable[[], set[str]]
) -> None:
    assert keys(family) == codes()


def test_there_is_no_other_family_of_sentences() -> None:
    assert {key.partition(".")[0] for key in sentences("en")} == {
        "blocker",
        "enum",
        "error",
        "field",
        "notice",
    }


# --- the four languages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_key_once_in_order_and_none_empty(language: str) -> None:
    lines = (i18n.LOCALES / f"{language}.po").read_text().splitlines()
    found = [line.removeprefix('msgid "')[:-1] for line in lines if line.startswith("msgid ")][1:]
    assert found == sorted(set(found))
    assert found == list(sentences("en"))
    assert [key for key, sentence in sentences(language).items() if not sentence.strip()] == []
    assert "#, fuzzy" not in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_the_same_places_in_every_language(language: str) -> None:
    places = {key: sorted(PLACE.findall(sentence)) for key, sentence in sentences(language).items()}
    assert places == {key: sorted(PLACE.findall(sentence)) for key, sentence in sentences("en").items()}


def test_only_what_is_told_where_it_happened_has_places_and_only_those_that_are_filled() -> None:
    """A refusal is also explained where it did not happen (`/problems/<code>`): nothing could fill a place there."""
    used = {(key, place) for key, sentence in sentences("en").items() for place in PLACE.findall(sentence)}
    of_forms = {f"field.{problem.value}" for problem in FormProblem}
    assert {place for key, place in used if key in of_forms} <= {"sheet", "row", "subject"}
    assert {(key, place) for key, place in used if key not in of_forms} == {
        ("error.too_many_attempts.wait", "wait"),
        ("field.password_too_short", "min_length"),
        ("field.too_short.bound", "bound"),
        ("field.too_long.bound", "bound"),
        ("field.too_long.characters", "characters"),
        ("field.too_small.bound", "bound"),
        ("field.too_large.bound", "bound"),
        ("field.unknown_code.list", "list"),
        ("field.unknown_choice.allowed", "allowed"),
        ("field.bad_format.format", "format"),
        ("field.unknown.format", "format"),
    }


@pytest.mark.parametrize(
    ("language", "foreign"),
    [
        ("ar", "یکگپچژ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"),  # Morocco writes European digits
        ("fa", "يكىة٠١٢٣٤٥٦٧٨٩0123456789"),
        ("fr", "'\"ءيی"),
        ("en", "'\"ءيی"),
    ],
)
def test_a_language_is_written_with_its_own_letters_digits_and_apostrophes(
    language: str, foreign: str
) -> None:
    told = {key: PLACE.sub("", sentence) for key, sentence in sentences(language).items()}
    assert {key: sentence for key, sentence in told.items() if set(sentence) & set(foreign)} == {}


def test_languages_do_not_share_sentences() -> None:
    """What is the same in two languages was most likely not translated; words that are the same are listed."""
    same: dict[str, str] = {}
    for key, sentence in sentences("en").items():
        others = [sentences(language)[key] for language in LANGUAGES if language != "en"]
        if sentence in others:
            same[key] = sentence
    assert set(same.values()) <= {"Message", "Signature", "Situation", "Commune", "Action", "Quota"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_has_two_sentences(language: str) -> None:
    """The files are read one after the other: of two sentences for one key, the second would be told everywhere."""
    files = (i18n.LOCALES / f"{language}.po", *sorted((i18n.LOCALES / "pages").glob(f"*.{language}.po")))
    told = [key for path in files for key in re.findall(r'^msgid "(.+)"$', path.read_text(), re.MULTILINE)]
    assert len(told) > 500
    assert sorted(key for key in set(told) if told.count(key) > 1) == []

"""Reads the XPath that questionnaires are allowed to hold.

Only a closed part of XPath 1.0 is read: literals, numbers, `${question}`, `.`, operators and the functions of
`signatures`. Axes, predicates and paths are not, so that an expression costs about what its length says, whatever
the answers are.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.instruments import patterns
from app.instruments.errors import FormProblem
from app.instruments.form import MAX_EXPRESSION, NAME
from app.instruments.signatures import SIGNATURES

MAX_NESTING = 32  # brackets, calls and signs inside one another
MAX_OPERATORS = 100  # a chain of operators is as deep as it is long

OPENROSA = "http://openrosa.org/xforms"  # the namespace our functions are registered under, as prefix "o"
ROOT = "form"  # the root of the instance document; its children are the questions, whatever their groups


class ExpressionRefused(Exception):
    """An expression cannot be published; `subject` is the piece at fault."""

    def __init__(self, problem: FormProblem, subject: str) -> None:
        self.problem = problem
        self.subject = subject
        super().__init__(problem.value)


@dataclass(frozen=True, slots=True)
class Quoted:
    text: str  # with its quotation marks


@dataclass(frozen=True, slots=True)
class Number:
    digits: str


@dataclass(frozen=True, slots=True)
class Question:
    name: str  # "" is the question the expression belongs to


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Negation:
    operand: "Node"


Node = Quoted | Number | Question | Call | Operation | Negation


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<question>\$\{\s*(?P<name>[^{}\s]+)\s*\})
    | (?P<quoted>"[^"]*"|'[^']*')
    | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<word>[A-Za-z_][A-Za-z0-9_-]*(?::[A-Za-z_][A-Za-z0-9_-]*)?)
    | (?P<sign><=|>=|!=|[=<>+*(),.-])
    )""",
    re.VERBOSE,
)
_STRENGTH = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6,
}  # fmt: skip
_END = ("end", "")


def parse(source: str) -> Node:
    """Raises ExpressionRefused for whatever lies outside the part of XPath described above."""
    if len(source) > MAX_EXPRESSION:
        raise ExpressionRefused(FormProblem.EXPRESSION_TOO_LONG, "")
    return _Reader(_tokens(source)).whole()


def _tokens(source: str) -> list[tuple[str, str]]:
    found, position, source = [], 0, source.rstrip()
    while position < len(source):
        token = _TOKEN.match(source, position)
        if token is None:
            raise ExpressionRefused(FormProblem.EXPRESSION_SYNTAX, source[position:].strip()[:20])
        kind = "question" if token["question"] else str(token.lastgroup)
        found.append((kind, token["name"] or token[kind]))
        position = token.end()
    return [*found, _END]


class _Reader:
    """Precedence climbing over the tokens; every level of nesting is counted, so the reader's own depth is bounded."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.position = 0
        self.nesting = 0
        self.operators = 0

    def whole(self) -> Node:
        node = self.operation(1)
        if self.peek() != _END:
            raise self.unexpected()
        return node

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position]

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.position += 1
        return token

    def expect(self, sign: str) -> None:
        if self.peek() != ("sign", sign):
            raise self.unexpected()
        self.position += 1

    def unexpected(self) -> ExpressionRefused:
        return ExpressionRefused(FormProblem.EXPRESSION_SYNTAX, self.peek()[1])

    def operation(self, weakest: int) -> Node:
        left = self.operand()
        while (strength := self.strength()) >= weakest:
            self.operators += 1
            if self.operators > MAX_OPERATORS:
                raise ExpressionRefused(FormProblem.EXPRESSION_TOO_DEEP, self.peek()[1])
            left = Operation(self.take()[1], left, self.operation(strength + 1))
        return left

    def strength(self) -> int:
        kind, text = self.peek()
        return _STRENGTH.get(text, 0) if kind in ("word", "sign") else 0

    def operand(self) -> Node:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise ExpressionRefused(FormProblem.EXPRESSION_TOO_DEEP, self.peek()[1])
        node = self.primary()
        self.nesting -= 1
        return node

    def primary(self) -> Node:
        match self.peek():
            case ("question", name):
                return self.question(name)
            case ("quoted", text):
                self.position += 1
                return Quoted(text)
            case ("number", digits):
                self.position += 1
                return Number(digits)
            case ("sign", "."):
                self.position += 1
                return Question("")
            case ("sign", "-"):
                self.position += 1
                return Negation(self.operand())
            case ("sign", "("):
                return self.bracket()
            case ("word", function):
                return self.call(function)
            case _:
                raise self.unexpected()

    def question(self, name: str) -> Node:
        if not NAME.fullmatch(name):
            raise ExpressionRefused(FormProblem.REFERENCE_UNKNOWN, name)
        self.position += 1
        return Question(name)

    def bracket(self) -> Node:
        self.expect("(")
        node = self.operation(1)
        self.expect(")")
        return node

    def call(self, function: str) -> Node:
        self.position += 1
        self.expect("(")
        if function not in SIGNATURES:
            raise ExpressionRefused(FormProblem.FUNCTION_UNKNOWN, function)
        arguments = self.arguments()
        self.expect(")")
        _check_arguments(function, arguments)
        return Call(function, arguments)

    def arguments(self) -> tuple[Node, ...]:
        if self.peek() == ("sign", ")"):
            return ()
        found = [self.operation(1)]
        while self.peek() == ("sign", ","):
            self.position += 1
            found.append(self.operation(1))
        return tuple(found)


def _check_arguments(function: str, arguments: tuple[Node, ...]) -> None:
    signature = SIGNATURES[function]
    if not signature.accepts(len(arguments)):
        raise ExpressionRefused(FormProblem.FUNCTION_ARGUMENTS, function)
    for position, argument in enumerate(arguments):
        check = _LITERALS.get(signature.letter(position))
        if check is None:
            continue
        if not isinstance(argument, Quoted):
            raise ExpressionRefused(FormProblem.FUNCTION_ARGUMENTS, function)
        if not check(argument.text[1:-1]):
            raise ExpressionRefused(FormProblem.PATTERN_UNSAFE, function)


_LITERALS: Mapping[str, Callable[[str], bool]] = {"p": patterns.is_safe_regex, "f": patterns.is_date_format}


def references(node: Node) -> Iterator[str]:
    """Names of the questions an expression reads; "" stands for the one it belongs to."""
    match node:
        case Question(name):
            yield name
        case Call(_, arguments):
            for argument in arguments:
                yield from references(argument)
        case Operation(_, left, right):
            yield from references(left)
            yield from references(right)
        case Negation(operand):
            yield from references(operand)

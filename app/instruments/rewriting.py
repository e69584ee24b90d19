"""Writes a parsed expression as XPath 1.0 for libxml2.

Three meanings of ODK XForms are spelled out, which plain XPath 1.0 does not have:

* a date in a numeric place counts as days since 1970-01-01, so that dates are compared and subtracted;
* a question in a yes/no place is true when it is not blank (a number: when it is not zero), because its node always
  exists;
* a number in a textual place is written without an exponent.
"""

from collections.abc import Mapping
from typing import assert_never

from app.instruments.signatures import SIGNATURES, Kind
from app.instruments.xpath import ROOT, Call, Negation, Node, Number, Operation, Question, Quoted

Written = tuple[str, Kind]


class Rewriter:
    """`kinds` tells for every question whether its node is a figure; `owner` is the question that `.` means."""

    def __init__(self, kinds: Mapping[str, Kind], owner: str) -> None:
        self.kinds = kinds
        self.owner = owner

    def value(self, node: Node) -> str:
        return as_value(self.write(node))

    def truth(self, node: Node) -> str:
        return as_boolean(self.write(node))

    def write(self, node: Node) -> Written:
        match node:
            case Quoted(text):
                return text, "text"
            case Number(digits):
                return digits, "number"
            case Question(name):
                return f"/{ROOT}/{name or self.owner}", self.kinds[name or self.owner]
            case Negation(operand):
                return f"(- {as_number(self.write(operand))})", "number"
            case Operation():
                return self.operation(node)
            case Call():
                return self.call(node)
            case _:
                assert_never(node)

    def operation(self, node: Operation) -> Written:
        left, right = self.write(node.left), self.write(node.right)
        match node.operator:
            case "and" | "or":
                written = as_boolean(left), as_boolean(right)
            case "=" | "!=":
                written = _comparable(left, right)
            case _:
                written = as_number(left), as_number(right)
        kind: Kind = "number" if node.operator in ("+", "-", "*", "div", "mod") else "boolean"
        return f"({written[0]} {node.operator} {written[1]})", kind

    def call(self, node: Call) -> Written:
        if node.function in ("today", "now"):
            return f"string(/{ROOT}/@{node.function})", "any"
        signature = SIGNATURES[node.function]
        written = [
            _CONVERSIONS[signature.letter(position)](self.write(argument))
            for position, argument in enumerate(node.arguments)
        ]
        if node.function == "once":
            return f"o:coalesce(string(/{ROOT}/{self.owner}/@earlier), {written[0]})", "any"
        prefix = "" if signature.native else "o:"
        return f"{prefix}{node.function}({', '.join(written)})", signature.gives


def as_number(written: Written) -> str:
    text, kind = written
    if kind == "number":
        return text
    if kind in ("figure", "boolean"):
        return f"number({text})"
    return f"o:number({as_value(written)})"


def as_text(written: Written) -> str:
    text, kind = written
    if kind == "text":
        return text
    return f"o:string({text})" if kind in ("number", "any") else f"string({text})"


def as_boolean(written: Written) -> str:
    text, kind = written
    if kind == "boolean":
        return text
    if kind == "figure":
        return f"boolean(number({text}))"
    return f"boolean({as_value(written)})"


def as_value(written: Written) -> str:
    """A node is passed as its text: functions of ours are given text, numbers and booleans only."""
    text, kind = written
    return f"string({text})" if kind in ("figure", "node") else text


def _comparable(left: Written, right: Written) -> tuple[str, str]:
    """Equality is of numbers as soon as one side is one; a blank question against '' stays a comparison of texts."""
    if "boolean" not in (left[1], right[1]) and "number" in (left[1], right[1]):
        return as_number(left), as_number(right)
    return left[0], right[0]


_CONVERSIONS = {"n": as_number, "s": as_text, "b": as_boolean, "v": as_value, "p": as_value, "f": as_value}

"""The functions that expressions may call: what they take, what they give, and who computes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# number, text, boolean: known before evaluation. figure: a node holding digits or nothing. node: a node holding
# text or a date. any: a value whose type is known at evaluation only.
Kind = Literal["number", "text", "boolean", "figure", "node", "any"]


@dataclass(frozen=True, slots=True)
class Signature:
    """`takes` has one letter an argument: n number, s text, b yes/no, v any value, p a literal regular expression,
    f a literal date format. `needed` come first, the others may be left out; `repeats` repeats the last one."""

    takes: str
    gives: Kind
    needed: int
    repeats: bool = False
    native: bool = True  # libxml2's own function; otherwise ours, see `functions`

    def accepts(self, count: int) -> bool:
        return self.needed <= count and (self.repeats or count <= len(self.takes))

    def letter(self, position: int) -> str:
        return self.takes[min(position, len(self.takes) - 1)]


def _native(takes: str, gives: Kind, *, optional: int = 0, repeats: bool = False) -> Signature:
    return Signature(takes, gives, len(takes) - optional, repeats)


def _ours(takes: str, gives: Kind, *, optional: int = 0, repeats: bool = False) -> Signature:
    return Signature(takes, gives, len(takes) - optional, repeats, native=False)


SIGNATURES: Mapping[str, Signature] = {
    "boolean": _native("b", "boolean"),
    "ceiling": _native("n", "number"),
    "concat": _native("ss", "text", repeats=True),
    "false": _native("", "boolean"),
    "floor": _native("n", "number"),
    "normalize-space": _native("s", "text"),
    "not": _native("b", "boolean"),
    "number": _native("n", "number"),
    "starts-with": _native("ss", "boolean"),
    "string": _native("s", "text"),
    "string-length": _native("s", "number"),
    "substring": _native("snn", "text", optional=1),
    "true": _native("", "boolean"),
    "abs": _ours("n", "number"),
    "boolean-from-string": _ours("s", "boolean"),
    "coalesce": _ours("vv", "any", repeats=True),
    "contains": _ours("ss", "boolean"),
    "count-selected": _ours("s", "number"),
    "date": _ours("v", "any"),
    "decimal-date-time": _ours("n", "number"),
    "format-date": _ours("vf", "text"),
    "if": _ours("bvv", "any"),
    "int": _ours("n", "number"),
    "max": _ours("n", "number", repeats=True),
    "min": _ours("n", "number", repeats=True),
    "now": _ours("", "any"),
    "once": _ours("v", "any"),
    "pow": _ours("nn", "number"),
    "regex": _ours("sp", "boolean"),
    "round": _ours("nn", "number", optional=1),
    "selected": _ours("ss", "boolean"),
    "selected-at": _ours("sn", "text"),
    "substr": _ours("snn", "text", optional=1),
    "substring-after": _ours("ss", "text"),
    "substring-before": _ours("ss", "text"),
    "today": _ours("", "any"),
    "translate": _ours("sss", "text"),
}

"""The executable side of a compiled form: its expressions ready for libxml2, and the order to settle questions in."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from lxml import etree

from app.instruments import xpath
from app.instruments.form import CompiledForm, Item
from app.instruments.functions import FUNCTIONS
from app.instruments.rewriting import Rewriter
from app.instruments.signatures import Kind

Expressions = Mapping[str, etree.XPath]


@dataclass(frozen=True, slots=True)
class Program:
    """Compiled once per form and shared by threads: lxml takes a lock around each use of an expression."""

    order: tuple[Item, ...]  # what an item depends on comes before it
    relevant: Expressions  # these five by question name
    calculation: Expressions
    constraint: Expressions
    required_when: Expressions
    need_when: Expressions
    bands: Expressions  # by band code
    deciding: frozenset[str]  # whose answers make another question relevant or required


def kinds_of(items: tuple[Item, ...]) -> dict[str, Kind]:
    return {item.name: "figure" if item.type in ("integer", "decimal") else "node" for item in items}


def order_of(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Raises graphlib.CycleError when a question decides over itself."""
    by_name = {item.name: item for item in items}
    graph = {item.name: tuple(_dependencies(item)) for item in items}
    return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())


def _dependencies(item: Item) -> Iterator[str]:
    """The surrounding group first; `.` is the item itself, and therefore a cycle."""
    yield from item.path[-1:]
    yield from _named(item, item.relevant, item.calculation)


def _named(item: Item, *sources: str) -> Iterator[str]:
    for source in filter(None, sources):
        for name in xpath.references(xpath.parse(source)):
            yield name or item.name


def _deciding(items: tuple[Item, ...]) -> frozenset[str]:
    """By themselves, or through what is calculated from them."""
    by_name, found = {item.name: item for item in items}, set[str]()
    waiting = [name for item in items for name in _named(item, item.relevant, item.required_when)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _named(by_name[name], by_name[name].calculation)
    return frozenset(found)


@functools.lru_cache(maxsize=64)
def program_of(form: CompiledForm) -> Program:
    kinds = kinds_of(form.items)

    def truths(column: str) -> dict[str, etree.XPath]:
        return {
            item.name: _compiled(Rewriter(kinds, item.name).truth(xpath.parse(getattr(item, column))))
            for item in form.items
            if getattr(item, column)
        }

    return Program(
        order=order_of(form.items),
        relevant=truths("relevant"),
        calculation={
            item.name: _compiled(Rewriter(kinds, item.name).value(xpath.parse(item.calculation)))
            for item in form.items
            if item.calculation
        },
        constraint=truths("constraint"),
        required_when=truths("required_when"),
        need_when=truths("need_when"),
        bands={
            band.code: _compiled(Rewriter(kinds, "").truth(xpath.parse(band.when)))
            for band in form.bands
            if band.when
        },
        deciding=_deciding(form.items),
    )


def _compiled(expression: str) -> etree.XPath:
    return etree.XPath(
        expression,
        namespaces={"o": xpath.OPENROSA},
        extensions=FUNCTIONS,
        regexp=False,
        smart_strings=False,
    )

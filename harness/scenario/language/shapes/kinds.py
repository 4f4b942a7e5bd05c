"""The kinds of values in expectations, and the records of which their table consists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

Kind: TypeAlias = Literal["text", "number", "flag", "mapping", "list", "anything"]
# Their names in JSON Schema.
JSON_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "number": "number",
    "flag": "boolean",
    "mapping": "object",
    "list": "array",
}


class Shape(Struct, frozen=True):
    """The shape of a value. `keys` are a mapping's own; other keys have the shape `others` and begin with `prefix`.

    `items` is the shape of a list's items; with `or_one` a single item may be written without the list. `choices` are the values
    of a text, `between` the limits of a number; with `lower_case` the names of `others` are so. `usual` are known names of an
    open part, which takes others, but no misspelt ones. Every value may be null.
    """

    kind: Kind
    doc: str
    keys: Mapping[str, Shape] = field(default_factory=dict)
    others: Shape | None = None
    prefix: str = ""
    lower_case: bool = False
    items: Shape | None = None
    choices: tuple[str, ...] = ()
    between: tuple[int, int] | None = None
    usual: tuple[str, ...] = ()
    or_one: bool = False

    def at(self, name: str) -> Shape | None:
        """Return the shape at `name`, which may have dots as in `name.givenName` or `emails.0.value`; None if nothing can be there."""
        if self.kind == "anything":
            return self
        if self.items is not None:
            index, _, rest = name.partition(".")
            if self.or_one and not index.isdecimal():
                return self.items.at(name)
            inner = self.items if index.isdecimal() else None
            return inner.at(rest) if inner is not None and rest else inner
        if name in self.keys:
            return self.keys[name]
        for position in reversed([index for index, letter in enumerate(name) if letter == "."]):
            if name[:position] in self.keys:
                return self.keys[name[:position]].at(name[position + 1 :])
        return self.others if self.allows(name) else None

    def allows(self, name: str) -> bool:
        """Return whether `name` can be one of the others: not if it differs from one of the keys only in case."""
        if self.others is None or not name.startswith(self.prefix):
            return False
        if self.lower_case and name != name.lower():
            return False
        return name.casefold() not in {key.casefold() for key in self.keys}


class Expected(Struct, frozen=True):
    """An expectation: the shape of its value, and an example that holds for the scenario of the author's guide.

    With `one_of`, a mapping expects one entry of the list like it. `beside` is another expectation, whose entries are shown if
    this one fails.
    """

    shape: Shape
    example: str
    one_of: bool = False
    beside: str = ""


def text(doc: str, *choices: str) -> Shape:
    return Shape("text", doc, choices=choices)


def number(doc: str, between: tuple[int, int] | None = None) -> Shape:
    return Shape("number", doc, between=between)


def flag(doc: str) -> Shape:
    return Shape("flag", doc)


def anything(doc: str, *usual: str) -> Shape:
    """Return the shape of an open value; `doc` says why it is open."""
    return Shape("anything", doc, usual=usual)


def mapping(
    doc: str,
    keys: Mapping[str, Shape],
    others: Shape | None = None,
    prefix: str = "",
    usual: tuple[str, ...] = (),
) -> Shape:
    return Shape("mapping", doc, keys, others, prefix, usual=usual)


def listing(doc: str, items: Shape) -> Shape:
    return Shape("list", doc, items=items)

"""The kinds of values that expectations look at, and how a table of them is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

Kind: TypeAlias = Literal["text", "number", "flag", "mapping", "list", "anything"]
# What JSON Schema calls them.
JSON_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "number": "number",
    "flag": "boolean",
    "mapping": "object",
    "list": "array",
}


class Shape(Struct, frozen=True):
    """A value. `keys` are a mapping's own; what it may hold beside them is `others`, with names that begin with `prefix`.

    `items` is what a list holds, and `or_one` says that its only item may stand alone; `choices` is what a text can be,
    `between` the ends of what a number can be; `lower_case` says that the names of `others` are. `usual` are names of an open
    part: others are possible there, misspelt ones are not. Every value may be null.
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
        """Return what stands at `name`, which may have dots as in `name.givenName` or `emails.0.value`; None: nothing can."""
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
        """Tell whether `name` can be one of the others. It cannot differ from a key of its own in letter case alone."""
        if self.others is None or not name.startswith(self.prefix):
            return False
        if self.lower_case and name != name.lower():
            return False
        return name.casefold() not in {key.casefold() for key in self.keys}


class Expected(Struct, frozen=True):
    """An expectation: what it reads, and an example that holds for the scenario of the author's guide.

    Where `one_of` is set, a mapping asks for one entry of the list that is like it. `beside` is another expectation, whose
    entries are shown where this one does not hold.
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
    """Something of which no table can say what is in it; `doc` says why."""
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

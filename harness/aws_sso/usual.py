"""A fast check of users and groups as nearly all clients send them, by msgspec in one step.

A table of `attributes.py` becomes a record type: every part under its own name, no part repeated or null, texts of printable
ASCII. A body of that type is certainly valid. For any other body this check decides nothing, and `rules.py` goes through it part
by part.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, defstruct, to_builtins

from harness.aws_sso.attributes import Attribute, Complex, Dropped, Flag, OneItem, Text
from harness.base.json_text import encode_text

# Sent by clients but not stored: the provisioning service sends `"roles": []` with every user.
_EMPTY: tuple[Any, ...] = ({}, [], [{}])


class Usual(Struct, frozen=True, dict=True):
    """The fast check of one table."""

    table: Complex

    def attributes(self, body: object) -> dict[str, Any] | None:
        """Return the attributes to store of a usual body, in the table's order; None for any other body."""
        try:
            stored: dict[str, Any] = to_builtins(convert(body, self._type))
        except ValidationError:
            return None
        for name in self._dropped:
            stored.pop(name, None)
        for name in self._maybe_empty:
            if stored.get(name) in _EMPTY:
                del stored[name]
        return stored if _is_plain(stored) else None

    @cached_property
    def _type(self) -> type[Struct]:
        return _record(self.table, is_outermost=True)

    @cached_property
    def _dropped(self) -> list[str]:
        return [name for name, part in self.table.parts.items() if isinstance(part, Dropped)]

    @cached_property
    def _maybe_empty(self) -> list[str]:
        return [name for name, part in self.table.parts.items() if isinstance(part, Complex | OneItem)]


def _is_plain(document: object) -> bool:
    """Tell whether all texts of a document are printable ASCII: looked at together, for each by itself takes longer.

    In JSON a backslash stands before what is not printable, as before what else is escaped.
    """
    try:
        text = encode_text(document)
    except TypeError:  # an unpaired surrogate
        return False
    return text.isascii() and text.isprintable() and "\\" not in text


def _record(table: Complex, *, is_outermost: bool = False) -> type[Struct]:
    """Return the type of a table; the names of its fields are numbers, for some parts' names are no identifiers."""
    kinds = {name: _kind(part) for name, part in table.parts.items()}
    if is_outermost:
        kinds |= {name: Any for name, part in table.parts.items() if isinstance(part, Dropped)}
    parts = {name: kind for name, kind in kinds.items() if kind is not None}
    required = table.required | {table.bare}
    fields = [
        (f"part{number}", kind) if name in required else (f"part{number}", kind | UnsetType, UNSET)
        for number, (name, kind) in enumerate(parts.items())
    ]
    names = {f"part{number}": name for number, name in enumerate(parts)}
    return defstruct("Usual", fields, rename=names, kw_only=True, forbid_unknown_fields=True)


def _kind(part: Attribute) -> Any:
    """Return the type of a part's usual values; None for a part that is not usual."""
    if isinstance(part, Text) and " " in part.spaces:
        return Annotated[str, Meta(min_length=1, max_length=part.longest)]
    if isinstance(part, Text):
        return Annotated[str, Meta(pattern=rf"\A{part.usual.pattern}\Z")]
    if isinstance(part, Flag):
        return bool
    if isinstance(part, OneItem):
        return Annotated[list[_record(part.element)], Meta(max_length=1)]  # type: ignore[misc]
    return _record(part) if isinstance(part, Complex) else None

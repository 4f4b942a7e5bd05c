"""The operators of scoping filters: what they take, and when they hold.

Sources: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-filteroperators, "Response" (read
2026-11-30), and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/define-conditional-rules-for-provisioning-user-accounts,
"Create scoping filters" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from harness.base.dotnet_regex import Regex, RegexError
from harness.base.quirks import Quirks

Operand: TypeAlias = str | int | dict[str, Regex] | None


class Operator(Struct, frozen=True):
    """`types` are the attribute types it takes, `read` makes an operand of its text (None: a unary operator).

    `holds` is called for non-null values; for null only IS NULL holds.
    """

    types: tuple[str, ...]
    read: Callable[[str], Operand] | None
    holds: Callable[[str, Any, Quirks], bool]
    holds_for_null: bool = False

    @property
    def arity(self) -> str:
        return "Unary" if self.read is None else "Binary"


def _text(text: str) -> Operand:
    return text


def _pattern(text: str) -> Operand:
    """Compile a pattern for both values of `scope-regex-match`."""
    try:
        return {"found": Regex(text), "whole": Regex(rf"\A(?:{text})\z")}
    except RegexError as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from error


def _number(text: str) -> Operand:
    number = _integer(text)
    if number is None:
        raise ValueError(f"'{text}' is not an integer, as this operator needs: 0, 1, 2, …")
    return number


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _matches(value: str, operand: Mapping[str, Regex], quirks: Quirks) -> bool | None:
    """Return whether a pattern matches; None where the match takes too long."""
    try:
        return operand[quirks["scope-regex-match"]].search(value) is not None
    except RegexError:
        return None


def _greater(value: str, operand: int, *, equal: bool) -> bool:
    number = _integer(value)
    return number is not None and (number > operand or (equal and number == operand))


def _ampersand(value: str, operand: str, quirks: Quirks) -> bool | None:
    """Return whether `&` holds; None for a value that is no number, for which neither `&` nor `!&` holds."""
    if quirks["scope-ampersand"] == "contained":
        return value in operand
    number, mask = _integer(value), _integer(operand)
    return None if number is None or mask is None else number & mask == mask


_TEXTS = ("Integer", "String")
_ALL = ("Integer", "String", "Binary", "Boolean")
# Names, arity and types of the first eight as the API lists them, in its order:
# https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-filteroperators, the full answer in the
# page's text below "Response" (read 2026-11-30).
# The types of the others are inferred: the directory's numbers are texts, and filters compare them nevertheless.
OPERATORS: dict[str, Operator] = {
    "EQUALS": Operator(_TEXTS, _text, lambda value, operand, _: value == operand),
    "IS FALSE": Operator(("Boolean",), None, lambda value, *_: value == "False"),
    "IS NOT NULL": Operator(_ALL, None, lambda *_: True),
    "IS NULL": Operator(_ALL, None, lambda *_: False, holds_for_null=True),
    "IS TRUE": Operator(("Boolean",), None, lambda value, *_: value == "True"),
    "NOT EQUALS": Operator(_TEXTS, _text, lambda value, operand, _: value != operand),
    "NOT REGEX MATCH": Operator(
        _TEXTS, _pattern, lambda value, operand, quirks: _matches(value, operand, quirks) is False
    ),
    "REGEX MATCH": Operator(
        _TEXTS, _pattern, lambda value, operand, quirks: _matches(value, operand, quirks) is True
    ),
    "Greater_Than": Operator(
        _TEXTS, _number, lambda value, operand, _: _greater(value, operand, equal=False)
    ),
    "Greater_Than_OR_EQUALS": Operator(
        _TEXTS, _number, lambda value, operand, _: _greater(value, operand, equal=True)
    ),
    "Includes": Operator(("String",), _text, lambda value, operand, _: operand in value),
    "ENDS_WITH": Operator(("String",), _text, lambda value, operand, _: value.endswith(operand)),
    "&": Operator(_TEXTS, _text, lambda value, operand, quirks: _ampersand(value, operand, quirks) is True),
    "!&": Operator(_TEXTS, _text, lambda value, operand, quirks: _ampersand(value, operand, quirks) is False),
}

"""Filters of RFC 7644 section 3.4.2.2, as far as this provisioning world speaks them: comparisons joined by `and`.

AWS SSO accepts `eq` and `and`, the Azure AD engine sends nothing else; other operators parse, so that a server may
refuse them by name. It reads by itself: on `base.language`, which knows brackets, `or` and `not`, it took twice as long, and
every look-up of a user reads one.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from msgspec import Struct

OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\s\[\]\"()]+(?:\[[^\]]*\](?:\.[A-Za-z][\w$-]*)?)?")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_LITERAL = re.compile(r"[^\s()\"\[\]]+")
# What nearly all filters are, read at once: one comparison with a text that has nothing to unescape.
_USUAL = re.compile(r'([^\s\[\]"()]+)\s+(\w\w)\s+"([^"\\\x00-\x1f]*)"\Z')


class FilterError(ValueError):
    """The text is no filter; `column` (from 1) says where it stops making sense."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} at column {column}")
        self.column = column


class Comparison(Struct, frozen=True):
    """`attribute operator value`; `value` is a str, bool, int, float or None."""

    attribute: str
    operator: str
    value: str | bool | int | float | None

    def __str__(self) -> str:
        return f"{self.attribute} {self.operator} {json.dumps(self.value, ensure_ascii=False)}"


def parse_filter(text: str) -> tuple[Comparison, ...]:
    """Read `a eq "x" and b eq "y"`. Raises FilterError for anything else, `or`, `not` and brackets included."""
    usual = _USUAL.match(text)
    if usual is not None and usual[2].lower() in OPERATORS:
        return (Comparison(usual[1], usual[2].lower(), usual[3]),)
    comparisons: list[Comparison] = []
    position = _skip(text, 0)
    while True:
        comparison, position = _comparison(text, position)
        comparisons.append(comparison)
        position = _skip(text, position)
        if position == len(text):
            return tuple(comparisons)
        word, after = _take(_WORD, text, position, "'and'")
        if word.lower() != "and":
            raise FilterError(f"expected 'and', found '{word}'", position + 1)
        position = _skip(text, after)


def _comparison(text: str, position: int) -> tuple[Comparison, int]:
    attribute, position = _take(_WORD, text, position, "an attribute")
    position = _skip(text, position)
    operator, after = _take(_WORD, text, position, "an operator")
    if operator.lower() not in OPERATORS:
        raise FilterError(f"expected an operator such as eq, found '{operator}'", position + 1)
    position = _skip(text, after)
    if text.startswith('"', position):
        literal, after = _take(_STRING, text, position, "a closing quote")
    else:
        literal, after = _take(_LITERAL, text, position, "a value")
    try:
        value = _value(literal)
    except (ValueError, RecursionError) as error:
        raise FilterError(f"expected a quoted value, found '{literal}'", position + 1) from error
    return Comparison(attribute, operator.lower(), value), after


def _value(literal: str) -> Any:
    value = json.loads(literal)
    if isinstance(value, dict) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(literal)
    return value


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _take(pattern: re.Pattern[str], text: str, position: int, description: str) -> tuple[str, int]:
    match = pattern.match(text, position)
    if match is None:
        character = f"'{text[position]}'" if position < len(text) else "the end"
        raise FilterError(f"expected {description}, found {character}", position + 1)
    return match.group(), match.end()

"""The expression language of attribute mappings: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`.

Function names are case-sensitive, arguments are `[attributes]`, `"constants"`, numbers or functions, and an argument
may be left out between commas. No `eval`: text becomes nodes, nodes are walked.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data
(read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from harness.azure_ad.provisioning.functions import FUNCTIONS, Value
from harness.base.errors import HarnessError, nearest

# https://learn.microsoft.com/en-us/entra/identity/app-provisioning/known-issues: at most 10,000 characters
MAX_LENGTH = 10_000
_MAX_DEPTH = 50
_SPACE = re.compile(r"\s*")
_ATTRIBUTE = re.compile(r"\[([^\[\]]+)\]")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"&H[0-9A-Fa-f]+|-?\d+(?:\.\d+)?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_ESCAPE = re.compile(r"\\([\\\"])")


class ExpressionError(HarnessError):
    """The text is no expression, or a function got what it cannot take."""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """`arguments` holds None where one was left out."""

    function: str
    arguments: tuple[Node | None, ...]


Node: TypeAlias = Attribute | Constant | Call


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Read an expression. Raises ExpressionError with the column (from 1) where it stops making sense."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are allowed")
    node, position = _node(text, _skip(text, 0), 0)
    if position < len(text):
        raise ExpressionError(f"expected the end at column {position + 1}, found '{text[position]}'")
    return node


def evaluate(node: Node, source: Mapping[str, Value]) -> Value:
    """Return the value for one source object; attributes that it lacks are null (None)."""
    if isinstance(node, Attribute):
        return source.get(node.name)
    if isinstance(node, Constant):
        return node.value
    arguments = [None if argument is None else evaluate(argument, source) for argument in node.arguments]
    return FUNCTIONS[node.function].call(arguments)


def attributes_of(node: Node) -> set[str]:
    """Return the names of all source attributes that an expression reads."""
    if isinstance(node, Attribute):
        return {node.name}
    if isinstance(node, Constant):
        return set()
    return {name for argument in node.arguments if argument is not None for name in attributes_of(argument)}


def to_text(node: Node) -> str:
    """Write an expression the way Graph echoes it."""
    if isinstance(node, Attribute):
        return f"[{node.name}]"
    if isinstance(node, Constant):
        escaped = node.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    arguments = ", ".join("" if argument is None else to_text(argument) for argument in node.arguments)
    return f"{node.function}({arguments})"


def _node(text: str, position: int, depth: int) -> tuple[Node, int]:
    if depth > _MAX_DEPTH:
        raise ExpressionError(
            f"the expression is nested deeper than {_MAX_DEPTH} functions at column {position + 1}"
        )
    if (match := _ATTRIBUTE.match(text, position)) and match[1].strip():
        return Attribute(match[1].strip()), _skip(text, match.end())
    if match := _STRING.match(text, position):
        return Constant(_ESCAPE.sub(r"\1", match[1])), _skip(text, match.end())
    if match := _NUMBER.match(text, position):
        return Constant(match[0]), _skip(text, match.end())
    if match := _NAME.match(text, position):
        return _call(text, match[0], position, _skip(text, match.end()), depth)
    found = f"'{text[position]}'" if position < len(text) else "the end"
    raise ExpressionError(
        f'expected [attribute], "constant" or a function at column {position + 1}, found {found}'
    )


def _call(text: str, name: str, start: int, position: int, depth: int) -> tuple[Node, int]:
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(f"unknown function '{name}' at column {start + 1}{nearest(name, FUNCTIONS)}")
    if not text.startswith("(", position):
        raise ExpressionError(f"expected ( behind {name} at column {position + 1}")
    arguments: list[Node | None] = []
    position = _skip(text, position + 1)
    while True:
        if text.startswith((",", ")"), position):
            arguments.append(None)
        else:
            argument, position = _node(text, position, depth + 1)
            arguments.append(argument)
        mark = text[position : position + 1]
        if mark not in (",", ")"):
            found = f"'{mark}'" if mark else "the end"
            raise ExpressionError(f"expected , or ) at column {position + 1}, found {found}")
        position = _skip(text, position + 1)
        if mark == ")":
            break
    given: tuple[Node | None, ...] = () if arguments == [None] else tuple(arguments)
    if not function.minimum <= len(given) <= (function.maximum or len(given)):
        raise ExpressionError(
            f"{function.signature} at column {start + 1} cannot take {len(given)} arguments"
        )
    return Call(name, given), position


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()

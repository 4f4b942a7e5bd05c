"""The expression language of attribute mappings: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`.

Function names are case-sensitive, arguments are `[attributes]`, `"constants"`, numbers, functions or, where a condition
is wanted, a comparison; an argument may be left out between commas. No `eval`: text becomes nodes here, and
`evaluation.py` gives them values.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data
(read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from harness.azure_ad.mappings.functions import (
    FUNCTIONS,
    ArgumentError,
    Parameter,
)
from harness.base.errors import HarnessError, nearest

# https://learn.microsoft.com/en-us/entra/identity/app-provisioning/known-issues: at most 10,000 characters
MAX_LENGTH = 10_000
MAX_DEPTH = 50
_SPACE = re.compile(r"\s*")
_ATTRIBUTE = re.compile(r"\[([^\[\]]+)\]")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"&H[0-9A-Fa-f]+|-?\d+(?:\.\d+)?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_ESCAPE = re.compile(r"\\([\\\"])")
_OPERATOR = re.compile(r"<>|>=|<=|=|>|<")
_LOGICAL = re.compile(r"(?:AND|OR)\b", re.IGNORECASE)


class ExpressionError(HarnessError):
    """The text is no expression."""


class EvaluationError(ExpressionError):
    """A sound expression has no value for this object: a function got what it cannot take."""


class SeveralValuesError(EvaluationError):
    """An attribute has several values for this object where one is wanted.

    Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, "Error codes"
    (read 2026-11).
    """


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is one of = <> > >= < <=."""

    left: Node
    operator: str
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`arguments` holds None where one was left out; `column` counts from 1 and tells messages where it stands."""

    function: str
    arguments: tuple[Node | None, ...]
    column: int = field(default=1, compare=False)


Node: TypeAlias = Attribute | Constant | Comparison | Call


@lru_cache(maxsize=1024)
def parse(written: str) -> Node:
    """Read an expression. Raises ExpressionError with the column (from 1) where it stops making sense."""
    if len(written) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(written)} characters; at most {MAX_LENGTH} are allowed"
        )
    node, position = _node(written, _skip(written, 0), 0)
    if position < len(written):
        raise ExpressionError(f"expected the end at column {position + 1}, found '{written[position]}'")
    return node


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all that it is made of."""
    yield node
    inner: tuple[Node | None, ...] = ()
    if isinstance(node, Call):
        inner = node.arguments
    elif isinstance(node, Comparison):
        inner = (node.left, node.right)
    for each in inner:
        if each is not None:
            yield from walk(each)


def attributes_of(node: Node) -> set[str]:
    """Return the names of all source attributes that an expression reads."""
    return {each.name for each in walk(node) if isinstance(each, Attribute)}


def to_text(node: Node) -> str:
    """Write an expression the way Graph echoes it."""
    if isinstance(node, Attribute):
        return f"[{node.name}]"
    if isinstance(node, Constant):
        escaped = node.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(node, Comparison):
        return f"{to_text(node.left)} {node.operator} {to_text(node.right)}"
    arguments = ", ".join("" if argument is None else to_text(argument) for argument in node.arguments)
    return f"{node.function}({arguments})"


def checked(node: Call, depth: int = 0) -> Call:
    """Return a call that its function accepts. Raises ExpressionError naming function, parameter and column."""
    function, given = FUNCTIONS[node.function], node.arguments
    where = f"{node.function} at column {node.column}"
    most = len(given) if function.maximum is None else function.maximum
    if not function.minimum <= len(given) <= most:
        raise ExpressionError(
            f"{function.signature(node.function)} at column {node.column} cannot take {len(given)} arguments"
        )
    for parameter, argument in zip(function.parameters, given, strict=False):
        if argument is None and parameter.required and not parameter.repeats:
            raise ExpressionError(f"{where}: parameter '{parameter.name}' is missing")
    if function.outermost and depth:
        raise ExpressionError(f"{where} cannot stand inside another function")
    if function.check is not None:
        constants = [each.value if isinstance(each, Constant) else None for each in given]
        try:
            function.check(constants, [each is not None for each in given])
        except ArgumentError as error:
            raise ExpressionError(f"{where}: {error}") from error
    return node


def _node(written: str, position: int, depth: int) -> tuple[Node, int]:
    if depth > MAX_DEPTH:
        raise ExpressionError(
            f"the expression is nested deeper than {MAX_DEPTH} functions at column {position + 1}"
        )
    if (match := _ATTRIBUTE.match(written, position)) and match[1].strip():
        return Attribute(match[1].strip()), _skip(written, match.end())
    if match := _STRING.match(written, position):
        return Constant(_ESCAPE.sub(r"\1", match[1])), _skip(written, match.end())
    if match := _NUMBER.match(written, position):
        return Constant(match[0]), _skip(written, match.end())
    if match := _NAME.match(written, position):
        return _call(written, match[0], position, depth)
    raise ExpressionError(
        f'expected [attribute], "constant" or a function at column {position + 1}, found {_found(written, position)}'
    )


def _call(written: str, name: str, start: int, depth: int) -> tuple[Node, int]:
    position = _skip(written, start + len(name))
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(f"unknown function '{name}' at column {start + 1}{nearest(name, FUNCTIONS)}")
    if not written.startswith("(", position):
        raise ExpressionError(f"expected ( behind {name} at column {position + 1}")
    arguments: list[Node | None] = []
    position = _skip(written, position + 1)
    while True:
        argument, position = _argument(written, position, depth, function.parameter(len(arguments)))
        arguments.append(argument)
        mark = written[position : position + 1]
        if mark not in (",", ")"):
            raise ExpressionError(
                f"expected , or ) at column {position + 1}, found {_found(written, position)}"
            )
        position = _skip(written, position + 1)
        if mark == ")":
            break
    given = () if arguments == [None] else tuple(arguments)
    return checked(Call(name, given, start + 1), depth), position


def _argument(written: str, position: int, depth: int, parameter: Parameter) -> tuple[Node | None, int]:
    """Read one argument: nothing, a word that needs no quotes, a value, or two values compared."""
    if written.startswith((",", ")"), position):
        return None, position
    word = _NAME.match(written, position)
    if word and word[0] in parameter.words:
        return Constant(word[0]), _skip(written, word.end())
    left, position = _node(written, position, depth + 1)
    operator = _OPERATOR.match(written, position) if parameter.condition else None
    if operator is None:
        return left, position
    right, position = _node(written, _skip(written, operator.end()), depth + 1)
    if match := _LOGICAL.match(written, position):
        raise ExpressionError(
            f"conditions know no {match[0]} (column {position + 1}); put one IIF inside another instead"
        )
    return Comparison(left, operator[0], right), position


def _found(written: str, position: int) -> str:
    return f"'{written[position]}'" if position < len(written) else "the end"


def _skip(written: str, position: int) -> int:
    match = _SPACE.match(written, position)
    assert match is not None
    return match.end()

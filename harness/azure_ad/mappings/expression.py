"""The expression language of attribute mappings: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`.

Function names are case-sensitive, arguments are `[attributes]`, `"constants"`, numbers, functions or, where a condition
is wanted, a comparison; an argument may be left out between commas. No `eval`: text becomes nodes here, and
`evaluation.py` gives them values.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
Syntax overview and IIF (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from harness.azure_ad.mappings.functions import (
    FUNCTIONS,
    ArgumentError,
    Parameter,
)
from harness.base.errors import HarnessError, nearest
from harness.base.language import END, Reader, Token, tokens

# https://learn.microsoft.com/en-us/entra/identity/app-provisioning/known-issues, "Maximum characters for attribute-mapping
# expressions" (read 2026-11-30)
MAX_LENGTH = 10_000
MAX_DEPTH = 50
# The last kind takes whatever no other does, so that what stands before it is judged first.
_TOKEN = tokens(
    r"""
    (?P<mark>[(),])
  | (?P<attribute>\[\s*[^\s\[\]][^\[\]]*\])
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<number>&H[0-9A-Fa-f]+|-?\d+(?:\.\d+)?)
  | (?P<logical>(?i:AND|OR)\b)
  | (?P<name>[A-Za-z][A-Za-z0-9]*)
  | (?P<operator><>|>=|<=|=|>|<)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = ("name", "logical")
_ENDS = (",", ")")
_ESCAPE = re.compile(r"\\([\\\"])")


class ExpressionError(HarnessError):
    """The text is no expression."""


class EvaluationError(ExpressionError):
    """A valid expression has no value for this object: a function cannot take its argument."""


class SeveralValuesError(EvaluationError):
    """An attribute has several values for this object where one is needed.

    Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, "Error codes"
    (read 2026-11-29).
    """


class Attribute(Struct, frozen=True):
    name: str


class Constant(Struct, frozen=True):
    value: str


class Comparison(Struct, frozen=True):
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
    reader = Reader(written, _TOKEN)
    node = _node(reader, 0)
    if reader.token.kind != END:
        raise ExpressionError(f"expected the end at {_column(reader.token)}, found {_start(reader.token)}")
    return node


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it."""
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
    function, arguments = FUNCTIONS[node.function], node.arguments
    where = f"{node.function} at column {node.column}"
    most = len(arguments) if function.maximum is None else function.maximum
    if not function.minimum <= len(arguments) <= most:
        raise ExpressionError(
            f"{function.signature(node.function)} at column {node.column} cannot take {len(arguments)} arguments"
        )
    for parameter, argument in zip(function.parameters, arguments, strict=False):
        if argument is None and parameter.required and not parameter.repeats:
            raise ExpressionError(f"{where}: parameter '{parameter.name}' is missing")
    if function.outermost and depth:
        raise ExpressionError(f"{where} cannot stand inside another function")
    if function.check is not None:
        constants = [each.value if isinstance(each, Constant) else None for each in arguments]
        try:
            function.check(constants, [each is not None for each in arguments])
        except ArgumentError as error:
            raise ExpressionError(f"{where}: {error}") from error
    return node


def _node(reader: Reader, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ExpressionError(
            f"the expression is nested deeper than {MAX_DEPTH} functions at {_column(reader.token)}"
        )
    kind, text, _ = token = reader.token
    if kind == "attribute":
        reader.advance()
        return Attribute(text[1:-1].strip())
    if kind == "string":
        reader.advance()
        return Constant(_ESCAPE.sub(r"\1", text[1:-1]))
    if kind == "number":
        reader.advance()
        return Constant(text)
    if kind in _WORDS:
        return _call(reader, depth)
    raise ExpressionError(
        f'expected [attribute], "constant" or a function at {_column(token)}, found {_start(token)}'
    )


def _call(reader: Reader, depth: int) -> Call:
    _, name, position = token = reader.advance()
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(f"unknown function '{name}' at {_column(token)}{nearest(name, FUNCTIONS)}")
    if reader.token.text != "(":
        raise ExpressionError(f"expected ( behind {name} at {_column(reader.token)}")
    arguments: list[Node | None] = []
    while reader.advance().text != ")":
        arguments.append(_argument(reader, depth, function.parameter(len(arguments))))
        if reader.token.text not in _ENDS:
            raise ExpressionError(f"expected , or ) at {_column(reader.token)}, found {_start(reader.token)}")
    nodes = () if arguments == [None] else tuple(arguments)
    return checked(Call(name, nodes, position + 1), depth)


def _argument(reader: Reader, depth: int, parameter: Parameter) -> Node | None:
    """Read one argument: nothing, a word that needs no quotes, a value, or two values compared."""
    text = reader.token.text
    if text in _ENDS:
        return None
    if text in parameter.words:
        reader.advance()
        return Constant(text)
    left = _node(reader, depth + 1)
    if not parameter.condition or reader.token.kind != "operator":
        return left
    operator = reader.advance().text
    right = _node(reader, depth + 1)
    if reader.token.kind == "logical":
        raise ExpressionError(
            f"conditions know no {reader.token.text} (column {reader.token.position + 1}); "
            "put one IIF inside another instead"
        )
    return Comparison(left, operator, right)


def _column(token: Token) -> str:
    return f"column {token.position + 1}"


def _start(token: Token) -> str:
    """Quote the character with which a token begins."""
    return "the end" if token.kind == END else f"'{token.text[0]}'"

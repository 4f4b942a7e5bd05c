"""Graph's attributeMappingSource: an expression as a tree of JSON, written from nodes and read back into them.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-attributemappingsource (read 2026-11-29).
A comparison has no documented form; here it is a function named by its operator, with parameters `left` and `right`.
"""

from __future__ import annotations

from typing import Any

from harness.azure_ad.mappings.expression import (
    MAX_DEPTH,
    Attribute,
    Call,
    Comparison,
    Constant,
    ExpressionError,
    Node,
    checked,
    parse,
    to_text,
)
from harness.azure_ad.mappings.functions import FUNCTIONS, Function
from harness.base.errors import nearest
from harness.base.store import Document

_OPERATORS = ("=", "<>", ">", ">=", "<", "<=")
_SHAPE = 'a source is {"expression", "name", "type": "Attribute", "Constant" or "Function", "parameters"}'


def to_source(node: Node) -> Document:
    """Write a node; arguments that were left out have no parameter."""
    parameters: list[Document] = []
    if isinstance(node, Attribute):
        kind, name = "Attribute", node.name
    elif isinstance(node, Constant):
        kind, name = "Constant", node.value
    elif isinstance(node, Comparison):
        kind, name = "Function", node.operator
        parameters = [_parameter("left", node.left), _parameter("right", node.right)]
    else:
        kind, name, function = "Function", node.function, FUNCTIONS[node.function]
        parameters = [
            _parameter(function.parameter(index).graph_key, argument)
            for index, argument in enumerate(node.arguments)
            if argument is not None
        ]
    return {"expression": to_text(node), "name": name, "type": kind, "parameters": parameters}


def from_source(source: Any, depth: int = 0) -> Node:
    """Read a source: by its expression where it has one, else by its tree. Raises ExpressionError."""
    if not isinstance(source, dict):
        raise ExpressionError(_SHAPE)
    expression = source.get("expression")
    if expression and isinstance(expression, str):
        return parse(expression)
    name, parameters = source.get("name"), source.get("parameters") or []
    if not isinstance(name, str) or not isinstance(parameters, list) or depth > MAX_DEPTH:
        raise ExpressionError(_SHAPE)
    kind = source.get("type")
    if kind == "Constant":
        return Constant(name)
    if kind == "Attribute" and name.strip():
        return parse(f"[{name}]")
    if kind != "Function":
        raise ExpressionError(_SHAPE)
    pairs = [_pair(parameter, depth) for parameter in parameters]
    if name in _OPERATORS and [key for key, _ in pairs] == ["left", "right"]:
        return Comparison(pairs[0][1], name, pairs[1][1])
    if name not in FUNCTIONS:
        raise ExpressionError(f"unknown function '{name}'{nearest(name, FUNCTIONS)}")
    return checked(Call(name, _arguments(name, FUNCTIONS[name], pairs)), depth)


def _parameter(key: str, node: Node) -> Document:
    return {"key": key, "value": to_source(node)}


def _pair(parameter: Any, depth: int) -> tuple[str, Node]:
    if not isinstance(parameter, dict) or not isinstance(parameter.get("key"), str):
        raise ExpressionError('a parameter is {"key", "value"}')
    return parameter["key"], from_source(parameter.get("value"), depth + 1)


def _arguments(name: str, function: Function, pairs: list[tuple[str, Node]]) -> tuple[Node | None, ...]:
    """Put each argument where its key belongs; those of the key that repeats follow each other."""
    keys = [parameter.graph_key for parameter in function.parameters]
    arguments: list[Node | None] = [None] * len(keys)
    repeated = keys.pop() if function.maximum is None else None
    tail: list[Node] = []
    for key, node in pairs:
        if key == repeated:
            tail.append(node)
        elif key in keys and arguments[keys.index(key)] is None:
            arguments[keys.index(key)] = node
        else:
            raise ExpressionError(f"{name} has no parameter '{key}' to give here{nearest(key, keys)}")
    if repeated is not None:
        return (*arguments[:-1], *tail)
    while len(arguments) > function.minimum and arguments[-1] is None:
        arguments.pop()
    return tuple(arguments)

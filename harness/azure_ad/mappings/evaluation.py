"""Evaluates expressions of attribute mappings: nodes are compiled to functions of a source object's attributes.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
Syntax overview (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from harness.azure_ad.mappings.expression import (
    Attribute,
    Call,
    Comparison,
    Constant,
    EvaluationError,
    Node,
    attributes_of,
)
from harness.azure_ad.mappings.functions import FUNCTIONS, ArgumentError, Context, Function, Parameter, Value
from harness.azure_ad.mappings.functions.signature import MAX_VALUE, boolean, number, text

Evaluator: TypeAlias = Callable[[Mapping[str, Value]], Value]


def compile_node(node: Node, context: Context | None = None) -> Evaluator:
    """Return a function from a source object's attributes to the value; attributes that it lacks are null (None).

    The function raises EvaluationError, also for what needs a context where none is given.
    """
    if isinstance(node, Attribute):
        name = node.name
        return lambda source: source.get(name)
    if isinstance(node, Constant):
        value = node.value
        return lambda _: value
    if isinstance(node, Comparison):
        left, right = compile_node(node.left, context), compile_node(node.right, context)
        compare = _COMPARE[node.operator]
        return lambda source: boolean(_compare(compare, left(source), right(source)))
    return _compile_call(node, FUNCTIONS[node.function], context)


def evaluate(node: Node, source: Mapping[str, Value], context: Context | None = None) -> Value:
    """Return the value for one source object. Raises EvaluationError."""
    return compile_node(node, context)(source)


def _compile_call(node: Call, function: Function, context: Context | None) -> Evaluator:
    where = f"{node.function} at column {node.column}"
    arguments = [
        _compile_argument(argument, function.parameter(index), context)
        for index, argument in enumerate(node.arguments)
    ]
    call, lazy = function.call, function.lazy
    if function.contextual and context is None:
        return _without_context(where)
    if function.contextual or function.advised:
        call = partial(call, context=context)

    def run(source: Mapping[str, Value]) -> Value:
        try:
            if lazy:
                value: Value = call(*[partial(argument, source) for argument in arguments])
            else:
                value = call(*[argument(source) for argument in arguments])
        except ArgumentError as error:
            raise EvaluationError(f"{where}: {error}") from error
        if isinstance(value, str) and len(value) > MAX_VALUE:
            raise EvaluationError(f"{where}: the value would be longer than {MAX_VALUE} characters")
        return value

    return run


def _without_context(where: str) -> Evaluator:
    def run(source: Mapping[str, Value]) -> Value:
        del source
        raise EvaluationError(f"{where}: there is neither a clock nor a tenant here to ask")

    return run


def _compile_argument(argument: Node | None, parameter: Parameter, context: Context | None) -> Evaluator:
    if argument is None:
        return lambda _: None
    value = compile_node(argument, context)
    if not parameter.guarded:
        return value
    names = sorted(attributes_of(argument))
    return lambda source: value(source) if all(source.get(name) for name in names) else None


_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
}


def _compare(compare: Callable[[object, object], bool], left: Value, right: Value) -> bool:
    """Compare numbers as numbers, everything else letter by letter; null is the empty text."""
    numbers = number(left), number(right)
    if None not in numbers:
        return compare(*numbers)
    return compare(text(left), text(right))

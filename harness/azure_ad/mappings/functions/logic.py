"""Functions that choose and test: IIF, Switch, Coalesce, Not, IsNull and the like.

Arguments that are not chosen are not evaluated. Source:
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
the section of each but IsNothing, which it lacks (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Context,
    Function,
    Lazy,
    Parameter,
    Value,
    boolean,
    number,
    text,
)

_EXPRESSION = Parameter("expression")


def _coalesce(*sources: Lazy) -> Value:
    return next((value for source in sources if (value := source()) is not None), None)


def _cbool(expression: Value) -> Value:
    """Return `True` for `True` and for every number but zero."""
    return boolean(text(expression).casefold() == "true" or number(expression))


def _ignore_flow(expression: Value) -> Value:
    return expression or None


def _iif(
    condition: Lazy, value_if_true: Lazy, value_if_false: Lazy, *, context: Context | None = None
) -> Value:
    """A condition with an empty or missing attribute fails; the result is then a quirk's."""
    holds = condition()
    if holds is None:
        return _failed_check(value_if_false, context)
    return (value_if_true if _cbool(holds) == "True" else value_if_false)()


def _failed_check(value_if_false: Lazy, context: Context | None) -> Value:
    """Return the quirk's result of a failed check, of which the page says no more; null without quirks."""
    outcome = "nothing flows"
    if context is not None and context.quirks is not None:
        outcome = context.quirks["iif-on-null"]
    if outcome == "error":
        raise ArgumentError(
            "the condition reads an attribute that is empty, which IIF does not support; Switch does"
        )
    return value_if_false() if outcome == "false branch" else None


def _is_null(expression: Value) -> Value:
    return boolean(expression is None)


def _is_null_or_empty(expression: Value) -> Value:
    return boolean(not expression)


def _is_present(expression: Value) -> Value:
    return boolean(expression)


def _is_string(expression: Value) -> Value:
    return boolean(isinstance(expression, str))


def _not(source: Value) -> Value:
    return boolean(source != "True")


def _switch(source: Lazy, default: Lazy, *pairs: Lazy) -> Value:
    """Keys are compared with case; the key `""` also matches null."""
    subject = text(source())
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if text(key()) == subject:
            return value()
    return default()


def _in_pairs(constants: Sequence[Value], are_given: Sequence[bool]) -> None:
    del constants
    if len(are_given) < 4 or len(are_given) % 2:
        raise ArgumentError("a key needs its value: the number of arguments must be even, and four at least")


LOGIC = {
    "CBool": Function((Parameter("expression", "Boolean", condition=True),), _cbool),
    "Coalesce": Function((Parameter("source", repeats=True),), _coalesce, lazy=True),
    "IgnoreFlowIfNullOrEmpty": Function((_EXPRESSION,), _ignore_flow),
    "IIF": Function(
        (
            Parameter("condition", "Boolean", condition=True, guarded=True),
            Parameter("valueIfTrue"),
            Parameter("valueIfFalse"),
        ),
        _iif,
        advised=True,
        lazy=True,
    ),
    "IsNothing": Function((Parameter("source", "Boolean"),), _is_null),
    "IsNull": Function((_EXPRESSION,), _is_null),
    "IsNullOrEmpty": Function((_EXPRESSION,), _is_null_or_empty),
    "IsPresent": Function((_EXPRESSION,), _is_present),
    "IsString": Function((_EXPRESSION,), _is_string),
    "Not": Function((Parameter("source", "Boolean", condition=True),), _not),
    "Switch": Function(
        (
            Parameter("source"),
            Parameter("defaultValue", required=False),
            Parameter("key value", required=False, repeats=True, key="switchValue"),
        ),
        _switch,
        lazy=True,
        check=_in_pairs,
    ),
}

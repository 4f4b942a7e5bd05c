"""The functions of the expression language that the default mappings and the guide's cases need.

A value is a text, a list of texts, or None for null; booleans are the texts `True` and `False`.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data
(read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = str | list[str] | None


@dataclass(frozen=True, slots=True)
class Function:
    """`parameters` are the keys that Graph's schema JSON uses; the last repeats when `maximum` is None."""

    signature: str
    parameters: tuple[str, ...]
    minimum: int
    maximum: int | None
    call: Callable[[Sequence[Value]], Value]


def _text(value: Value) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else ",".join(value)


def _append(arguments: Sequence[Value]) -> Value:
    return _text(arguments[0]) + _text(arguments[1])


def _coalesce(arguments: Sequence[Value]) -> Value:
    return next((value for value in arguments if value is not None), None)


def _join(arguments: Sequence[Value]) -> Value:
    """Empty texts are skipped; nothing but nulls joins to null."""
    if all(value is None for value in arguments[1:]):
        return None
    parts = [
        part for value in arguments[1:] for part in (value if isinstance(value, list) else [_text(value)])
    ]
    return _text(arguments[0]).join(part for part in parts if part)


def _not(arguments: Sequence[Value]) -> Value:
    return "False" if arguments[0] == "True" else "True"


def _switch(arguments: Sequence[Value]) -> Value:
    source, default, *pairs = arguments
    wanted = _text(source)
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        if _text(key) == wanted:
            return value
    return default


def _to_lower(arguments: Sequence[Value]) -> Value:
    return None if arguments[0] is None else _text(arguments[0]).lower()


def _to_upper(arguments: Sequence[Value]) -> Value:
    return None if arguments[0] is None else _text(arguments[0]).upper()


FUNCTIONS: dict[str, Function] = {
    "Append": Function("Append(source, suffix)", ("source", "suffix"), 2, 2, _append),
    "Coalesce": Function("Coalesce(source1, …, default)", ("source",), 1, None, _coalesce),
    "Join": Function("Join(separator, source1, …)", ("separator", "source"), 2, None, _join),
    "Not": Function("Not(source)", ("source",), 1, 1, _not),
    "Switch": Function(
        "Switch(source, defaultValue, key1, value1, …)",
        ("source", "defaultValue", "switchValue"),
        4,
        None,
        _switch,
    ),
    "ToLower": Function("ToLower(source, culture)", ("source", "culture"), 1, 2, _to_lower),
    "ToUpper": Function("ToUpper(source, culture)", ("source", "culture"), 1, 2, _to_upper),
}

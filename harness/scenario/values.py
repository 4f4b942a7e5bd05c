"""JSON values: the value at a path, a value as text, and differences in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

# A place within a value: the keys and indices that lead there.
Trail: TypeAlias = tuple[str | int, ...]


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


class Mismatch(Struct, frozen=True):
    """One difference, in words ready to print."""

    path: Trail
    expected: str
    actual: str


def lookup(value: Any, dotted: str) -> Any:
    """Return the value at a path such as `name.givenName` or `emails.0.value`, or ABSENT.

    A key that contains dots itself comes first, so URNs can be written as they are.
    """
    if isinstance(value, Mapping):
        if dotted in value:
            return value[dotted]
        for position in reversed([index for index, letter in enumerate(dotted) if letter == "."]):
            if dotted[:position] in value:
                inner = lookup(value[dotted[:position]], dotted[position + 1 :])
                if inner is not ABSENT:
                    return inner
    elif isinstance(value, list):
        first, _, rest = dotted.partition(".")
        if first.isdecimal() and int(first) < len(value):
            item = value[int(first)]
            return lookup(item, rest) if rest else item
    return ABSENT


def explain(mismatches: Sequence[Mismatch]) -> str:
    """Write differences one a line: `name.givenName: expected "Ana", found nothing`."""
    return "\n".join(
        f"{write_path(item.path)}{': ' if item.path else ''}expected {item.expected}, found {item.actual}"
        for item in mismatches
    )


def show(value: Any, limit: int = 400) -> str:
    """Write a value as compact JSON, shortened when it is long."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def write_path(path: Trail) -> str:
    """Write a path as people would: `emails[0].value`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{step}"
    return text

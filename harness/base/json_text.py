"""JSON as it travels and is kept: compact UTF-8, members in order.

What cannot be written again cannot be read either: unpaired surrogates, NaN, infinite numbers, towers of brackets. So
whatever came in here can go anywhere. Whole numbers have 64 bits; a longer one is read as a floating-point number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from pathlib import Path


def encode(value: Any) -> bytes:
    """Return a value as JSON. Raises TypeError for what is no JSON value; every text in it is valid Unicode."""
    return orjson.dumps(value)


def encode_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def decode(text: bytes | str) -> Any:
    """Return what JSON text stands for. Raises ValueError when it is none."""
    return orjson.loads(text)


def read_file(path: Path) -> Any:
    """Return what a JSON file holds, a byte order mark in front of it or not. Raises HarnessError for one that is none."""
    try:
        return decode(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise HarnessError(f"'{path}' cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise HarnessError(f"{path} is not JSON: {error}") from error


def is_deep(value: Any, limit: int) -> bool:
    """Tell whether JSON is nested deeper than `limit`: what parses here may be too deep to be written elsewhere."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True

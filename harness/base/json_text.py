"""JSON in requests and in the store: compact UTF-8, members in order.

Values that cannot be written are not read either: unpaired surrogates, NaN, infinite numbers, very deep nesting. So every value
that was read can be written. Whole numbers have 64 bits; a longer one is read as a floating-point number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from pathlib import Path


def encode(value: Any) -> bytes:
    """Return a value as JSON. Raises TypeError for other values; every text in it must be valid Unicode."""
    return orjson.dumps(value)


def encode_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def decode(text: bytes | str) -> Any:
    """Return the value of a JSON text. Raises ValueError for other texts."""
    return orjson.loads(text)


def read_file(path: Path) -> Any:
    """Return the value of a JSON file, with or without a byte order mark. Raises HarnessError for other files."""
    try:
        return decode(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise HarnessError(f"'{path}' cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise HarnessError(f"{path} is not JSON: {error}") from error


def is_deep(value: Any, limit: int) -> bool:
    """Return whether a value is nested deeper than `limit`, and perhaps too deep to be written elsewhere."""
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

"""Typed netstrings as mitmproxy writes them: `LENGTH:DATA` and a letter for the type.

The format: https://tnetstrings.info; mitmproxy's own has a text (`;`) beside octets (`,`), and lengths of up to twelve
digits: https://github.com/mitmproxy/mitmproxy/blob/main/mitmproxy/io/tnetstring.py (docstring of the module, functions
`load` and `parse`, read 2026-11-29). No package on PyPI reads that text type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_LONGEST_LENGTH = 12


class NotTnetstringError(ValueError):
    """The data ends early, or has an unknown type; the message says where."""


def values(content: bytes) -> Iterator[Any]:
    """Yield value after value. Raises NotTnetstringError where one ends early, is nested too deeply, or is none."""
    place = 0
    while place < len(content):
        try:
            value, place = _value(content, place, len(content))
        except RecursionError:
            raise NotTnetstringError(f"at octet {place}: nested too deeply") from None
        yield value


def _value(content: bytes, place: int, limit: int) -> tuple[Any, int]:
    """Return the value that begins at `place`, and where the next one begins."""
    colon = content.find(b":", place, min(limit, place + _LONGEST_LENGTH + 1))
    length = content[place:colon]
    if colon < 0 or not length.isdigit():
        raise NotTnetstringError(f"at octet {place}: no length")
    start, end = colon + 1, colon + 1 + int(length)
    if end >= limit:
        raise NotTnetstringError(f"at octet {place}: ends early")
    kind = content[end : end + 1]
    if kind in (b"]", b"}"):
        items = list(_items(content, start, end))
        return items if kind == b"]" else _pairs(items, place), end + 1
    reader = _READERS.get(kind)
    if reader is None:
        raise NotTnetstringError(f"at octet {end}: no known type")
    try:
        return reader(content[start:end]), end + 1
    except (ValueError, KeyError):
        raise NotTnetstringError(f"at octet {start}: not a value of its type") from None


def _items(content: bytes, place: int, limit: int) -> Iterator[Any]:
    while place < limit:
        value, place = _value(content, place, limit)
        yield value


def _pairs(items: list[Any], place: int) -> dict[str, Any]:
    """Return a dictionary, its names as texts: those of Python 2 were octets."""
    if len(items) % 2 or not all(isinstance(each, (str, bytes)) for each in items[::2]):
        raise NotTnetstringError(f"at octet {place}: a dictionary without names")
    names = (each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in items[::2])
    return dict(zip(names, items[1::2], strict=True))


_READERS: Mapping[bytes, Callable[[bytes], Any]] = {
    b",": bytes,
    b";": lambda data: data.decode("utf-8"),
    b"#": int,
    b"^": float,
    b"!": lambda data: {b"true": True, b"false": False}[data],
    b"~": {b"": None}.__getitem__,
}

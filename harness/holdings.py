"""Checks the initial data of both sides, from `populate` or a scenario's `given`, before any of it is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.base import json_text
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document

# The kinds of entries of each side.
HELD = {"azure_ad": ("users", "groups", "assignments"), "aws_sso": ("users", "groups", "accounts")}


class Walked(ABC, Iterable[Any]):
    """Entries of a JSON file, read again at each iteration: there may be more than fit into memory."""

    __slots__ = ()

    @abstractmethod
    def __iter__(self) -> Iterator[Any]: ...


def check_sides(document: Mapping[str, Any]) -> None:
    """Raise HarnessError for an unknown side, and for values that JSON does not have."""
    _require_plain(document)
    for key in document:
        if key not in HELD:
            raise HarnessError(f"unknown side '{key}'{nearest(key, tuple(HELD))}")


def side(document: Mapping[str, Any], key: str) -> Document:
    """Return the initial data of one side. Raises HarnessError for an unknown kind of entries."""
    content = document.get(key)
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise HarnessError(f"'{key}' must be a mapping with users and groups")
    for name in content:
        if name not in HELD[key]:
            raise HarnessError(f"unknown key '{key}.{name}'{nearest(name, HELD[key])}")
    return dict(content)


def _require_plain(document: Mapping[str, Any]) -> None:
    """Raise HarnessError for values that YAML and scripts have and JSON does not: keys that are numbers, sets, numbers of 65 bits.

    Entries are checked one by one, for there may be very many.
    """
    try:
        for name, side in document.items():
            json_text.encode({name: None})
            for key, entries in side.items() if isinstance(side, Mapping) else ((name, side),):
                json_text.encode({key: None})
                if not isinstance(entries, Walked):
                    for entry in entries if isinstance(entries, list) else (entries,):
                        json_text.encode(entry)
    except TypeError as error:
        raise HarnessError(f"users and groups can only be told with what JSON has: {error}") from error

"""What `populate` and a scenario's `given` may put into either side of a world, checked before anything of it is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.base import json_text
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document

# The kinds of things that each side holds.
HELD = {"azure_ad": ("users", "groups", "assignments"), "aws_sso": ("users", "groups", "accounts")}


class Walked(ABC, Iterable[Any]):
    """Entries that JSON has, read anew whenever they are walked: there may be more than memory holds."""

    __slots__ = ()

    @abstractmethod
    def __iter__(self) -> Iterator[Any]: ...


def check_sides(document: Mapping[str, Any]) -> None:
    """Raise HarnessError for a side that does not exist, and for what JSON does not have."""
    _require_plain(document)
    for key in document:
        if key not in HELD:
            raise HarnessError(f"unknown side '{key}'{nearest(key, tuple(HELD))}")


def side(document: Mapping[str, Any], key: str) -> Document:
    """Return what one side is to hold. Raises HarnessError for a kind that it does not have."""
    content = document.get(key) or {}
    if not isinstance(content, Mapping):
        raise HarnessError(f"'{key}' must be a mapping with users and groups")
    for name in content:
        if name not in HELD[key]:
            raise HarnessError(f"unknown key '{key}.{name}'{nearest(name, HELD[key])}")
    return dict(content)


def _require_plain(document: Mapping[str, Any]) -> None:
    """Refuse what JSON does not have. YAML and scripts may say more: keys that are numbers, sets, numbers of 65 bits.

    Entry by entry, for there may be a great many.
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

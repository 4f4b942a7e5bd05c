"""The compressed content of the HTML page: every line of text once, and each scenario as the numbers of its lines.

Scenarios have many equal lines: one seed makes the same names, moments and identifiers. A block is JSON in gzip in base64, which is
what `DecompressionStream` of a browser unpacks (https://developer.mozilla.org/docs/Web/API/DecompressionStream, read 2026-11-29).
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from harness.report.writing import legal

_LEVEL = 9


NEW = -1
TOGETHER = 8  # scenarios in a block: what they have in common is compressed once, and one that is opened costs a blink


class Lines:
    """The lines of a whole run, each once, in the order of their first appearance.

    A new line's number is not written: readers count on from the `count` before the scenario.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def count(self) -> int:
        return len(self._numbers)

    def number(self, line: str) -> int:
        """Return the number of a known line, NEW for a new one."""
        count = len(self._numbers)
        number = self._numbers.setdefault(line, count)
        return NEW if number == count else number

    def numbers(self, lines: Iterable[str]) -> list[int]:
        return [self.number(line) for line in lines]

    def text(self, text: str) -> list[int]:
        """Return the numbers of the lines of a text."""
        return self.numbers(text.split("\n"))

    def packed(self) -> str:
        return pack([legal(line) for line in self._numbers])


class Blocks:
    """The scenarios' data in blocks of TOGETHER scenarios; a block is compressed as soon as it is full."""

    def __init__(self) -> None:
        self._full: list[str] = []
        self._open: list[Any] = []

    def __len__(self) -> int:
        """Count the scenarios."""
        return len(self._full) * TOGETHER + len(self._open)

    def add(self, inside: Any) -> None:
        self._open.append(inside)
        if len(self._open) == TOGETHER:
            self._full.append(pack(self._open))
            self._open = []

    def packed(self) -> list[str]:
        return [*self._full, pack(self._open)] if self._open else list(self._full)


def pack(value: Any) -> str:
    """Write a value as a block; the same value gives the same block."""
    octets = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return b64encode(gzip.compress(octets, _LEVEL, mtime=0)).decode()

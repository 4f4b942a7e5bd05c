"""Old log lines, packed: many lines of one log as one compressed block. Used by `sqlite.py`.

Lines of a log are much alike, so sixty-four of them take a tenth to a thirtieth of their room.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

LINES = 64  # one line is read by unpacking its block, in a fraction of a millisecond
Line = tuple[int, str]


def pack(lines: Iterable[Line]) -> bytes:
    """Pack numbered lines, none of which may hold a line break (JSON writes `\\n`)."""
    return zlib.compress("\n".join(f"{number} {text}" for number, text in lines).encode(), 1)


def unpack(block: bytes) -> list[Line]:
    """Return what was packed, in the same order."""
    lines = (line.partition(" ") for line in zlib.decompress(block).decode().split("\n"))
    return [(int(number), text) for number, _, text in lines]

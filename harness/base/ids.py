"""Chance, as an argument: the only module that may draw random numbers. The same seed gives the same run."""

from __future__ import annotations

import base64
import random
from typing import Any

_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# RFC 9562, section 4.1: the variant's digit begins with the bits 10.
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


class Ids:
    """A stream of identifiers. Without a seed they are unpredictable, as a server's secrets must be."""

    def __init__(self, seed: str | None) -> None:
        self.seed = seed
        self._random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)
        self._branches: list[Ids] = []

    def branch(self, name: str) -> Ids:
        """Return an independent stream, so that one consumer's draws never shift another's."""
        branch = Ids(None if self.seed is None else f"{self.seed}/{name}")
        self._branches.append(branch)
        return branch

    def position(self) -> dict[str, Any] | None:
        """Return the position of this stream and its branches, as a JSON value; None without a seed."""
        if self.seed is None:
            return None
        return {
            "drawn": self._random.getstate(),
            "branches": [branch.position() for branch in self._branches],
        }

    def fits(self, position: dict[str, Any] | None) -> bool:
        """Return whether a position is of a stream like this one: with or without a seed, and with the same branches."""
        if position is None or self.seed is None:
            return position is None and self.seed is None
        places = position["branches"]
        return len(places) == len(self._branches) and all(
            branch.fits(place) for branch, place in zip(self._branches, places, strict=True)
        )

    def move_to(self, position: dict[str, Any] | None) -> None:
        """Continue from a position that `fits`, with the same draws as before; without a seed they are new."""
        if position is None:
            return
        version, words, gauss = position["drawn"]
        self._random.setstate((version, tuple(words), gauss))
        for branch, place in zip(self._branches, position["branches"], strict=True):
            branch.move_to(place)

    def uuid(self) -> str:
        """Draw a UUID of version 4; without `uuid`, for every request draws two or three."""
        drawn = self._random.getrandbits(128).to_bytes(16).hex()  # faster than formatting a number
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{_VARIANT[drawn[16]]}{drawn[17:20]}-{drawn[20:]}"

    def hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def alphanumeric(self, length: int) -> str:
        return "".join(self._random.choices(_ALPHANUMERIC, k=length))

    def base64(self, octets: int) -> str:
        return base64.b64encode(self._random.randbytes(octets)).decode()

    def number(self, below: int) -> int:
        return self._random.randrange(below)

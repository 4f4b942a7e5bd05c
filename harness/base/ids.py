"""Chance, injected. The only module that may draw random numbers: the same seed gives the same run."""

from __future__ import annotations

import base64
import random

_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# RFC 9562, section 4.1: the variant's digit begins with the bits 10.
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


class Ids:
    """A stream of identifiers. Without a seed they are unpredictable, as secrets must be when served."""

    def __init__(self, seed: str | None) -> None:
        self.seed = seed
        self._random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)

    def branch(self, name: str) -> Ids:
        """Return an independent stream, so that one consumer's draws never shift another's."""
        return Ids(None if self.seed is None else f"{self.seed}/{name}")

    def uuid(self) -> str:
        """Draw a UUID of version 4; written out by hand, for every request draws two or three."""
        drawn = f"{self._random.getrandbits(128):032x}"
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{_VARIANT[drawn[16]]}{drawn[17:20]}-{drawn[20:]}"

    def hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def alphanumeric(self, length: int) -> str:
        return "".join(self._random.choices(_ALPHANUMERIC, k=length))

    def base64(self, octets: int) -> str:
        return base64.b64encode(self._random.randbytes(octets)).decode()

    def number(self, below: int) -> int:
        return self._random.randrange(below)

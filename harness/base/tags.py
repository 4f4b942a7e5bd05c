"""The number that stands for a log line's tag in both engines' tables."""

from __future__ import annotations

import hashlib
from functools import lru_cache


@lru_cache(maxsize=256)
def digest(tag: str) -> int:
    """Return a number of eight bytes for a tag, for tags are long and many."""
    return int.from_bytes(hashlib.blake2b(tag.encode(), digest_size=8).digest(), "big", signed=True)

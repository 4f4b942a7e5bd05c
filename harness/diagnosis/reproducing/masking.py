"""Made-up words in the place of real ones, alike in what a rule may look at: length, case, script, signs, what is invisible.

The same word becomes the same word wherever it stands, so that what was equal stays equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from harness.base.ids import Ids

_WORD = re.compile(r"[^\W_]+")
_POOLS = {
    "Ll": "abcdefghijklmnopqrstuvwxyz",
    "Lu": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "Nd": "0123456789",
}
_ACCENTED = {"Ll": "äöåéèüñøçï", "Lu": "ÄÖÅÉÈÜÑØÇÏ"}
_HAN = (0x4E00, 0x9FA5)
_HELD = frozenset({"com", "org", "net", "example", "onmicrosoft", "ext"})


class Mask:
    """Invents words; `words` says afterwards what each real one, in lower case, became.

    `reserved` are names that rules are about: they stay, as do common parts of domains.
    """

    def __init__(self, ids: Ids, reserved: Iterable[str] = ()) -> None:
        self._ids = ids
        self._unchanged = _HELD.union(name.casefold() for name in reserved)
        self.words: dict[str, str] = {}

    def text(self, real: str) -> str:
        """Return a text with every word replaced."""
        return _WORD.sub(lambda match: self._word(match[0]), real)

    def _word(self, real: str) -> str:
        key = real.casefold()
        if key in self._unchanged:
            return real
        if key not in self.words:
            self.words[key] = "".join(self._character(character) for character in key)
        invented = self.words[key]
        if len(invented) != len(real):
            return invented
        return "".join(new.upper() if old.isupper() else new for old, new in zip(real, invented, strict=True))

    def _character(self, real: str) -> str:
        category = unicodedata.category(real)
        pool = (_POOLS if real.isascii() else _ACCENTED).get(category)
        if pool is not None and (real.isascii() or unicodedata.name(real, "").startswith("LATIN")):
            return pool[self._ids.number(len(pool))]
        if _HAN[0] <= ord(real) <= _HAN[1]:
            return chr(_HAN[0] + self._ids.number(_HAN[1] - _HAN[0]))
        return real

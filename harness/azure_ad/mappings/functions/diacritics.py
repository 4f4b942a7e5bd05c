"""The table of NormalizeDiacritics; other letters are not changed.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
section NormalizeDiacritics (read 2026-11-29). Upper-case letters have rows of their own there, with the same marks.
"""

from __future__ import annotations

import re
import unicodedata

_ROWS = {
    "a": "ä à â ã å á ą ă ā ā́ ā̀ ā̂ ā̃ ǟ ā̈ ǡ a̱ å̄",
    "ae": "æ ǣ",
    "c": "ç č ć c̄ c̱",
    "d": "ď d̄ ḏ",
    "e": "ë è é ê ę ě ė ē ḗ ḕ ē̂ ē̃ ê̄ e̱ ë̄ e̊̄",
    "g": "ğ ḡ g̱",
    "i": "ï î ì í ı ī ī́ ī̀ ī̂ ī̃ i̱",
    "l": "ľ ł l̄ ḹ ḻ",
    "n": "ñ ń ň n̄ ṉ",
    "o": "ö ò ő õ ô ó ō ṓ ṑ ō̂ ō̃ ȫ ō̈ ǭ ȭ ȱ o̱",
    "oe": "ø œ ø̄ œ̄",
    "r": "ř r̄ ṟ ṝ",
    "ss": "ß",
    "s": "š ś ș ş s̄ s̱",
    "t": "ť ț t̄ ṯ",
    "u": "ü ù û ú ů ű ū ū́ ū̀ ū̂ ū̃ u̇̄ ǖ ṻ ṳ̄ u̱",
    "y": "ÿ ý ȳ ȳ́ ȳ̀ ȳ̃ y̱",
    "z": "ź ž ż z̄ ẕ",
}
_LETTER = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]*", re.DOTALL)


def _composed(letter: str) -> str:
    return unicodedata.normalize("NFC", letter)


_LOWER = {_composed(letter): plain for plain, row in _ROWS.items() for letter in row.split(" ")}
_TABLE = {
    **_LOWER,
    **{
        _composed(unicodedata.normalize("NFD", letter).upper()): plain.upper()
        for letter, plain in _LOWER.items()
        if letter not in "ıß"
    },
    "İ": "I",
}


def normalize(written: str) -> str:
    """Return a text with each letter of the table replaced, precomposed or with combining marks."""
    if written.isascii():
        return written
    return _LETTER.sub(lambda match: _TABLE.get(_composed(match[0]), match[0]), written)

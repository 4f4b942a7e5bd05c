"""The width of a text on a terminal, where a letter of Chinese or Japanese takes two columns."""

from __future__ import annotations

import unicodedata

# Combining marks and joiners, which take no column.
_WITHOUT_WIDTH = ("Mn", "Me", "Cf")


def cells(text: str) -> int:
    """Return the number of columns that a text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def folded(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most `width` columns, one piece at least."""
    pieces, piece, used = [], "", 0
    for letter in text:
        room = _width(letter)
        if used + room > width and piece:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + letter, used + room
    return [*pieces, piece]


def _width(letter: str) -> int:
    if unicodedata.category(letter) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1

"""How the commands' lines are laid out: labels and wrapping."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

INDENT, WIDTH = "    ", 100
_LABEL, _LONGEST = 12, 600
# Between the status of an answer and its body stand its headers, which tell nobody anything.
_HEADERS = re.compile(r"Response Headers: .*?(?=Response Content: )", re.DOTALL)


def row(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def rows(label: str, texts: Iterable[str]) -> list[str]:
    """Put texts behind one label, each wrapped under itself."""
    lines: list[str] = []
    for text in texts:
        indent = " " * _LABEL
        first = indent if lines else f"{label:<{_LABEL}}"
        lines += wrapped(text, first, f"{indent}  ")
    return lines


def wrapped(text: str, first: str, others: str) -> list[str]:
    """Wrap at blanks alone: an address or an id is for copying."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def cut(text: str) -> str:
    flat = " ".join(_HEADERS.sub("", text).split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"

"""How the commands' lines are laid out: labels, wrapping, moments.

Moments are shown in UTC to the second, with how long that is from the harness's own now.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from datetime import timedelta

from harness.base.clock import from_iso

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


def moment(text: str) -> str:
    return text.replace("T", " ")[:19]


def when(text: str, now: str) -> str:
    away = from_iso(text) - from_iso(now)
    return f"{moment(text)} ({f'in {_span(away)}' if away > timedelta() else 'now'})"


def _span(span: timedelta) -> str:
    """Write a span in its two largest units: `6h`, `1d 2h`, `39m 12s`."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "less than 1s"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def cut(text: str) -> str:
    flat = " ".join(_HEADERS.sub("", text).split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"

"""Moments, spans and counts in words, for terminals and pages. Moments are in UTC to the second."""

from __future__ import annotations

from datetime import timedelta

from harness.base.clock import from_iso


def moment(text: str) -> str:
    return text.replace("T", " ")[:19]


def when(text: str, now: str) -> str:
    """Return a moment with its distance from now."""
    away = from_iso(text) - from_iso(now)
    return f"{moment(text)} ({f'in {_span(away)}' if away > timedelta() else 'now'})"


def _span(span: timedelta) -> str:
    """Return a span in its two largest units: `6h`, `1d 2h`, `39m 12s`."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "less than 1s"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"

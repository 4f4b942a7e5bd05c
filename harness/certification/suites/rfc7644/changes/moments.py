"""Moments of changes that a server must be able to tell apart."""

from __future__ import annotations

from datetime import timedelta

from harness.certification.bench.bench import Bench

_SECOND = timedelta(seconds=1.1)


def pass_on(bench: Bench, moment: object) -> None:
    """Let a second pass where a server's moments, such as this one, have no fraction of one."""
    if "." not in str(moment):
        bench.pause(_SECOND)

"""Served worlds, and windows of the browser that all tests of a process share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.serving.options import Options
from harness.serving.served import Served


@pytest.fixture
def served() -> Iterator[Served]:
    """Serve a bare world: nothing is configured yet."""
    world = Served(Options(bare=True, seed="pages"))
    yield world
    world.stop()


@pytest.fixture
def page(chromium) -> Iterator[object]:
    """Open a window in which any error of script, and any breach of the pages' policy, fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    window = context.new_page()
    window.set_default_timeout(15_000)
    troubles: list[str] = []
    window.on("pageerror", lambda error: troubles.append(str(error)))
    window.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    yield window
    context.close()
    assert not [trouble for trouble in troubles if "status of 4" not in trouble]

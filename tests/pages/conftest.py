"""A real browser where there is one: Debian's chromium, driven by Playwright. Without it these tests are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from harness.serving.options import Options
from harness.serving.served import Served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Start one browser for all tests of this process."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on PATH")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


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

"""A scenario that has just been written, played before anybody is given it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness.scenario.events import ScenarioFinished
from harness.scenario.loading import load
from harness.scenario.running import run_scenario


def trouble(text: str) -> str:
    """Play a scenario; return the first thing that went otherwise than it says, empty for nothing.

    That a world cannot even begin so counts as well.
    """
    with tempfile.TemporaryDirectory(prefix="harness-reproduce-") as folder:
        path = Path(folder) / "case.yaml"
        path.write_text(text, encoding="utf-8")
        for each in load(path, path.name).scenarios():
            for event in run_scenario(each, seed="1"):
                if isinstance(event, ScenarioFinished) and event.failures:
                    failure = event.failures[0]
                    return (
                        f"{failure.location}: {failure.message} {failure.expected} {failure.actual}".strip()
                    )
    return ""

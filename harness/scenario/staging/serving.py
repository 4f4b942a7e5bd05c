"""`harness serve --scenario`: serves a scenario's world until a signal arrives, and prints how to use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.base.clock import iso
from harness.scenario.loading import Scenario
from harness.scenario.running import DEFAULT_SEED
from harness.scenario.staging.moments import FAILURE, play_until
from harness.scenario.staging.staged import Staged
from harness.serving.ready_file import announcing
from harness.serving.session import Say, say_stopped
from harness.serving.stopping import stop_signal


@dataclass(frozen=True, slots=True)
class Staging:
    """The command line's choice: scenario, the step to stop at, and the served addresses."""

    scenario: Scenario
    until: str
    seed: str | None
    aws_port: int
    azure_port: int
    ready_file: Path | None


def serve_scenario(staging: Staging, say: Say) -> None:
    """Serve a scenario's world until a signal arrives. Raises HarnessError for anything that keeps it from starting."""
    seed = staging.seed or DEFAULT_SEED
    with stop_signal() as stopped, announcing(staging.ready_file) as announce:
        staged = Staged(
            lambda: play_until(staging.scenario, staging.until, seed), staging.aws_port, staging.azure_port
        )
        try:
            announce(staged.ready())
            for line in _lines(staged, staging):
                say(line)
            stopped.wait()
        finally:
            staged.stop()
    say_stopped(say)


def _lines(staged: Staged, staging: Staging) -> Iterator[str]:
    """Yield the lines for a person; tokens go to the ready file, or are printed if there is none."""
    moment, steps = staged.moment, staging.scenario.steps
    aws_url, azure_url = staged.urls
    yield f"AWS SSO   {aws_url}/console/"
    yield f"Azure AD  {azure_url}/portal/"
    verb = steps[moment.number - 1].verb
    yield f"scenario  {staging.scenario.id}, after step {moment.number} of {len(steps)}: {verb}"
    if staging.until == FAILURE and not moment.failures:
        yield "          nothing failed; the whole scenario has been played"
    for failure in moment.failures:
        yield f"failed    {failure.location}: {failure.message}"
    yield f"clock     stands at {iso(staged.clock.now())}; POST {azure_url}/_harness/clock moves it"
    if staging.ready_file is not None:
        yield f"tokens    in {staging.ready_file}"
    else:
        yield json.dumps(staged.ready(), indent=2)
    if moment.failures:
        yield from staged.again()
    yield "Ctrl-C stops"

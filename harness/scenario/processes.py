"""Several processes that play scenarios in parallel. Their events are those of a single process."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Self

from harness.base.errors import HarnessError
from harness.scenario.events import Event
from harness.scenario.loading import Scenario
from harness.scenario.running import run_scenario


class Processes:
    """Plays scenarios, each in a free process; as a context manager it ends the processes."""

    def __init__(self, number: int, seed: str, observed: bool) -> None:
        # A fork has everything imported already; elsewhere than on Linux it is not safe.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = ProcessPoolExecutor(number, context, _leave_interruptions)
        self._seed, self._observed = seed, observed
        # By id: the future result of the scenarios that went to a process together, and this one's place in it.
        self._begun: dict[str, tuple[Future[Sequence[Sequence[Event]]], int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, scenarios: Sequence[Scenario]) -> None:
        """Have scenarios of one file played as soon as a process is free.

        They go to one process together, so that what they share, above all the places in the file, is sent once.
        """
        future = self._pool.submit(_events, scenarios, self._seed, self._observed)
        self._begun.update({scenario.id: (future, place) for place, scenario in enumerate(scenarios)})

    def events(self, scenario: Scenario) -> Sequence[Event]:
        """Wait for a scenario that was begun. Raises HarnessError when its process was ended from outside."""
        future, place = self._begun.pop(scenario.id)
        try:
            return future.result()[place]
        except BrokenProcessPool as error:
            raise HarnessError(
                "a process of this run was ended from outside (is memory short?); try a smaller -n"
            ) from error


def _events(scenarios: Sequence[Scenario], seed: str, observed: bool) -> Sequence[Sequence[Event]]:
    return [list(run_scenario(scenario, seed=seed, observed=observed)) for scenario in scenarios]


def _leave_interruptions() -> None:
    """Ignore Ctrl-C, which reaches every process of a terminal: the main process ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

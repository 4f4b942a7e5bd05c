"""`harness run`: scenarios played, reported, and told by the exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from harness.base.errors import HarnessError
from harness.cli.choosing import Chosen, with_choice
from harness.cli.reporting import finish, reports_for, with_files

if TYPE_CHECKING:
    from harness.scenario.events import Event


_NEW_OBJECTS = 50_000  # that are made between two looks for circles; Python's own number is 700


class _Manner(Struct, frozen=True):
    """How scenarios are played, whichever they are."""

    files: Mapping[str, Path]
    keep_going: bool
    seed: str
    processes: int


@click.command()
@with_choice
@with_files
@click.option(
    "-n", "--processes", default="1", metavar="N", help="Play in N processes; 'auto': one a processor."
)
@click.option("--watch", is_flag=True, help="Run again whenever a file is saved, until Ctrl-C.")
@click.option("--keep-going/--fail-fast", default=True, help="Go on after a failure (default), or stop.")
@click.option("--seed", default="1", show_default=True, help="Seed of every identifier: same seed, same run.")
def run(
    *, chosen: Chosen, files: Mapping[str, Path], processes: str, watch: bool, keep_going: bool, seed: str
) -> None:
    """Run scenarios: files, folders, or ids as `harness list` prints them.

    PATHS are the folder 'scenarios' unless given; '@' is everything that comes with the harness, '@reported' a folder of it. In a
    folder, YAML files with the top key 'scenario' are scenarios. Exits with 0 if something ran and all of it passed, with 1 if
    something failed or nothing ran, with 2 for a bad file or bad usage. The table [tool.harness] of pyproject.toml may hold
    defaults: paths, variables = {NAME = "VALUE"}, and options by their long names.
    """
    manner = _Manner(files, keep_going, seed, _number(processes))
    with _few_looks_for_circles():
        code = _once(chosen, manner)
        if watch:
            code = _again_and_again(chosen, manner, code)
    sys.exit(code)


def _once(chosen: Chosen, manner: _Manner) -> int:
    """Play what is chosen, report it, remember what failed, and return the exit code."""
    from harness.scenario import run as whole_run

    gathering, choice = chosen.gathering(), chosen.choice()
    reports = reports_for(manner.files)
    tally = _Tally()
    try:
        for event in whole_run.run(
            gathering.words,
            seed=manner.seed,
            choice=choice,
            variables=gathering.variables,
            fail_fast=not manner.keep_going,
            processes=manner.processes,
            observed=bool(manner.files),  # what is printed needs none of it
        ):
            tally.consume(event)
            for report in reports:
                report.consume(event)
    finally:
        # Whatever stopped the run, what did run is reported.
        finish(reports)
        tally.remember()
    if not tally.ran and not tally.rejected:
        click.echo(f"error: {chosen.nothing()}", err=True)
    return tally.exit_code()


def _again_and_again(chosen: Chosen, manner: _Manner, code: int) -> int:
    """Run what changes until Ctrl-C; the last run's exit code is the watch's."""
    from harness.cli.watching import changes

    try:
        for changed in changes(chosen.words()):
            click.echo(f"\nsaved: {', '.join(changed)}", err=True)
            code = _exit_code(partial(_once, replace(chosen, paths=changed), manner))
    except KeyboardInterrupt:
        pass
    return code


def _exit_code(play: Callable[[], int]) -> int:
    """Say what can be mended without ending the watch."""
    try:
        return play()
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        return 2


@contextmanager
def _few_looks_for_circles() -> Iterator[None]:
    """A run makes millions of small records and hardly a circle among them: looking for circles took a fifth of its time.

    Modules stay until the end, so they are not looked through at all, neither while they are loaded nor later.
    """
    before = gc.get_threshold()
    gc.disable()
    import harness.scenario.run  # noqa: F401 - loaded here, so that it is among what is not looked through

    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    gc.enable()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _number(processes: str) -> int:
    if processes == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not processes.isdecimal() or not 1 <= int(processes) <= 256:
        raise HarnessError(f"-n '{processes}' is neither a number of processes from 1 to 256 nor 'auto'")
    return int(processes)


class _Tally:
    """Counts what the exit code depends on, and which scenarios passed and failed."""

    def __init__(self) -> None:
        self.ran = self.rejected = 0
        self._passed: set[str] = set()
        self._failed: set[str] = set()
        self._loaded: set[str] = set()

    def consume(self, event: Event) -> None:
        from harness.scenario.events import FileRejected, ScenarioFinished
        from harness.scenario.selecting.targets import file_of

        if isinstance(event, FileRejected):
            self.rejected += 1
            self._failed.add(event.scenario)
        elif isinstance(event, ScenarioFinished):
            self.ran += 1
            (self._passed if event.passed else self._failed).add(event.id)
            self._loaded.add(file_of(event.id))

    def remember(self) -> None:
        from harness.cli import last_failed

        last_failed.note(self._failed, self._passed | self._loaded)

    def exit_code(self) -> int:
        if self.rejected:
            return 2
        return 0 if self.ran and not self._failed else 1

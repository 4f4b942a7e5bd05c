"""Scenario files as pytest tests: every case is an item, a bad file a collection error with its line.

Loaded in every pytest run of an environment that has the harness, so nothing is imported here before it is needed,
and only pytest's public names are used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.scenario.events import Failure
    from harness.scenario.loading import Scenario

_SUFFIXES = (".yaml", ".yml")


class ScenarioFailed(Exception):
    """Carries the failures of a scenario from the run to its report."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__(failures)
        self.failures = failures


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("scenarios", "SCIM provisioning scenarios")
    help_ = "seed of every identifier in scenarios: the same seed gives the same run"
    group.addoption("--scenario-seed", metavar="SEED", default=None, help=help_)
    parser.addini("scenario_seed", help_, default="1")
    parser.addini(
        "scenario_paths",
        "folders whose *.yaml and *.yml files are scenarios, relative to the root folder",
        type="args",
        default=["scenarios"],
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioCollector | None:
    if file_path.suffix not in _SUFFIXES:
        return None
    root = parent.config.rootpath
    folders = [root / folder for folder in parent.config.getini("scenario_paths")]
    if parent.session.isinitpath(file_path) or any(file_path.is_relative_to(folder) for folder in folders):
        collector: ScenarioCollector = ScenarioCollector.from_parent(parent, path=file_path)
        return collector
    return None


class ScenarioCollector(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[ScenarioItem]:
        from harness.report.diagnostics import as_text, rejection_lines
        from harness.scenario.loading import ScenarioError, load

        try:
            scenarios = load(self.path).scenarios()
        except ScenarioError as error:
            raise self.CollectError(as_text(rejection_lines(error.rejection))) from error
        for scenario in scenarios:
            name = self.path.stem + ("" if scenario.case is None else f"[{scenario.case}]")
            yield ScenarioItem.from_parent(self, name=name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario; `-k` also finds it by the words of its title and by its tags."""

    def __init__(self, *, scenario: Scenario, **others: Any) -> None:
        super().__init__(**others)
        self.scenario = scenario
        self.extra_keyword_matches.update([scenario.title, *scenario.tags])

    def runtest(self) -> None:
        from harness.scenario.events import ScenarioFinished
        from harness.scenario.running import run_scenario

        seed = self.config.getoption("scenario_seed") or self.config.getini("scenario_seed")
        failures: tuple[Failure, ...] | None = None
        for event in run_scenario(self.scenario, seed=seed):
            if isinstance(event, ScenarioFinished):
                failures = event.failures
        assert failures is not None, "the scenario never finished"
        if failures:
            raise ScenarioFailed(failures)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from harness.base.errors import HarnessError
        from harness.report.diagnostics import as_text, failure_lines

        if isinstance(excinfo.value, ScenarioFailed):
            return "\n\n".join(as_text(failure_lines(failure)) for failure in excinfo.value.failures)
        if isinstance(excinfo.value, HarnessError):
            return f"error: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario.location.line - 1, f"{self.name}: {self.scenario.title}"

"""Scenario files as pytest tests: every case is an item, a bad file a collection error with its line.

Loaded in every pytest run of an environment that has the harness, so nothing is imported here before it is needed,
and only pytest's public names are used.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.scenario.events import Failure
    from harness.scenario.loading import Scenario
    from harness.scenario.variables import Variables
    from harness.testing import World
    from harness.testing.aws_side import AwsSso
    from harness.testing.azure_side import AzureAd
    from harness.testing.timeline import Timeline

_TAKEN = ("profile", "quirks", "populate", "seed", "start", "sockets", "tls")
_MARKER = (
    f"harness({', '.join(_TAKEN)}): the world of the fixtures scim_world, aws_sso and azure_ad, "
    "as harness.testing.World takes it"
)
_TIMELINES, _VARIABLE = "--harness-timeline", "--scenario-var"
_REFERENCES: pytest.StashKey[set[str]] = pytest.StashKey()
_REFUSAL: pytest.StashKey[Exception] = pytest.StashKey()
_WORLD: pytest.StashKey[World] = pytest.StashKey()
_SUFFIXES = (".yaml", ".yml")
_LONGEST_NAME = 120
_FOLDER = "scenarios"  # where a file counts as a scenario even with a mistake in its top keys


class ScenarioFailed(Exception):
    """Carries the failures of a scenario from the run to its report."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__(failures)
        self.failures = failures


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("scenarios", "SCIM provisioning scenarios")
    help_ = "seed of every identifier in scenarios: the same seed gives the same run"
    group.addoption("--scenario-seed", metavar="SEED", default=None, help=help_)
    group.addoption(
        _TIMELINES,
        metavar="DIR",
        type=Path,
        default=None,
        help="write what happened on both sides as a page, DIR/NAME.html, for each failed test with scim_world",
    )
    parser.addini("scenario_seed", help_, default="1")
    parser.addini(
        "scenario_paths",
        "the only folders to look for scenarios in, relative to the root folder (default: everywhere)",
        type="args",
        default=[],
    )
    group.addoption(
        _VARIABLE,
        action="append",
        metavar="NAME=VALUE",
        default=[],
        help="a value for ${NAME} in scenarios (repeatable)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Accept ids as `harness list` prints them: `file.yaml[case]` is the item `file.yaml::file[case]`."""
    config.addinivalue_line("markers", _MARKER)
    for place, argument in enumerate(config.args):
        file, bracket, case = argument.partition("[")
        if bracket and file.endswith(_SUFFIXES) and "::" not in file:
            config.args[place] = f"{file}::{Path(file).stem}[{case}"


@pytest.fixture
def scim_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh world of both services, in memory; the marker `harness` says otherwise (`harness.testing.World`)."""
    from harness.testing import World

    with World(**_arguments(request)) as world:
        request.node.stash[_WORLD] = world
        yield world


def _arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what the nearest marker says of the world. Raises UsageError for what it does not take."""
    marker = request.node.get_closest_marker("harness")
    if marker is None:
        return {}
    unknown = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _TAKEN)]
    if unknown:
        raise pytest.UsageError(
            f"the marker harness takes {', '.join(_TAKEN)}, each by its name; not {', '.join(unknown)}"
        )
    return dict(marker.kwargs)


@pytest.fixture
def aws_sso(scim_world: World) -> AwsSso:
    """AWS SSO of the test's world."""
    return scim_world.aws_sso


@pytest.fixture
def azure_ad(scim_world: World) -> AzureAd:
    """Azure AD of the test's world."""
    return scim_world.azure_ad


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Give the report of a test that failed the timeline of its world, as a page where that was asked for."""
    report: Any = yield
    world = item.stash.get(_WORLD, None)
    if world is not None and report.when != "teardown" and report.failed:
        timeline = world.recorded_timeline  # also of a world that the test has closed
        text = timeline.text() or "nothing"
        if item.config.getoption(_TIMELINES) is not None:
            text += f"\n\n{_page(item, timeline, call.excinfo, report.longreprtext)}"
        report.sections.append(("what happened on both sides", text))
    return report


def _page(
    item: pytest.Item, timeline: Timeline, error: pytest.ExceptionInfo[BaseException] | None, traceback: str
) -> str:
    """Write the timeline of a test that failed, and say where; or why not, for the test's own failure matters more."""
    from harness.base.errors import HarnessError
    from harness.testing import FailedTest

    file, line, _ = item.reportinfo()
    for entry in error.traceback if error else ():  # where it failed, not where its decorators begin
        if entry.path == item.path:
            line = entry.lineno
    path = Path(item.config.getoption(_TIMELINES)) / f"{_file_name(item.nodeid)}.html"
    test = FailedTest(
        item.nodeid, os.path.relpath(file), (line or 0) + 1, str(error and error.value), traceback
    )
    try:
        timeline.write(path, test)
    except HarnessError as problem:
        return f"no page: {problem}"
    return f"as a page: {path}"


def _file_name(node: str) -> str:
    """Return a name that a file can have, another one for each test."""
    name = re.sub(r"[^\w.\[\]-]+", "-", node)[:_LONGEST_NAME]
    plain = node.replace("/", "-").replace("::", "-")
    return name if name == plain else f"{name}-{zlib.crc32(node.encode()):08x}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioCollector | None:
    if file_path.suffix in _SUFFIXES and _is_meant(file_path, parent):
        collector: ScenarioCollector = ScenarioCollector.from_parent(parent, path=file_path)
        return collector
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a variable of the command line that misspells one which the scenarios mention. Raises UsageError."""
    references = session.config.stash.get(_REFERENCES, None)
    if references is None or not session.config.getoption(_VARIABLE):
        return
    from harness.base.errors import HarnessError
    from harness.scenario.loading.references import check_typed

    try:
        check_typed(_variables(session.config).given.keys(), references, _VARIABLE)
    except HarnessError as error:
        if not hasattr(session.config, "workerinput"):
            raise pytest.UsageError(str(error)) from error
        # A process of pytest-xdist cannot end the run with a sentence, so each scenario fails with it.
        session.config.stash[_REFUSAL] = error


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which of the folders that were named has YAML files and not one scenario among them."""
    named = [Path(argument) for argument in config.args if config.args_source is config.ArgsSource.ARGS]
    for folder in (*map(config.invocation_params.dir.joinpath, named), *_folders(config)):
        if folder.is_dir() and (number := _without_scenarios(folder)):
            files = f"{number} YAML file{'s' if number > 1 else ''}"
            terminalreporter.write_line(
                f"no scenario was found in {folder}: {files} without the top key 'scenario'"
            )


def _is_meant(path: Path, parent: pytest.Collector) -> bool:
    """Tell by its content whether a file is a scenario; one that was named is, whatever it holds."""
    from harness.scenario.selecting.targets import is_scenario

    if parent.session.isinitpath(path):
        return True
    folders = _folders(parent.config)
    if folders:
        return any(map(path.is_relative_to, folders)) and is_scenario(path)
    return is_scenario(path, strictly=_FOLDER not in path.parts)


def _folders(config: pytest.Config) -> list[Path]:
    return [config.rootpath / folder for folder in config.getini("scenario_paths")]


def _without_scenarios(folder: Path) -> int:
    """Count the YAML files of a folder that holds no scenario, and no other test."""
    from harness.scenario.selecting.targets import is_scenario, yaml_files

    if any(folder.rglob("test_*.py")) or any(folder.rglob("*_test.py")):
        return 0
    files = yaml_files(folder)
    return 0 if any(map(is_scenario, files)) else len(files)


class ScenarioCollector(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[ScenarioItem]:
        from harness.base.errors import HarnessError
        from harness.report.diagnostics import as_text, rejection_lines
        from harness.scenario.loading import ScenarioError, load

        try:
            file = load(self.path, variables=_variables(self.config))
            scenarios = file.scenarios()
        except ScenarioError as error:
            raise self.CollectError(as_text(rejection_lines(error.rejection))) from error
        except HarnessError as error:
            raise self.CollectError(f"error: {error}") from error
        self.config.stash.setdefault(_REFERENCES, set()).update(file.references)
        for scenario in scenarios:
            name = self.path.stem + ("" if scenario.case is None else f"[{scenario.case}]")
            yield ScenarioItem.from_parent(self, name=name, scenario=scenario)


def _variables(config: pytest.Config) -> Variables:
    from harness.scenario.variables import Variables, parse_variables

    return Variables(parse_variables(config.getoption(_VARIABLE), _VARIABLE), os.environ)


class ScenarioItem(pytest.Item):
    """One scenario; `-k` also finds it by the words of its title and by its tags, `-m` by its tags."""

    def __init__(self, *, scenario: Scenario, **others: Any) -> None:
        super().__init__(**others)
        self.scenario = scenario
        self.extra_keyword_matches.update([scenario.title, *scenario.tags])
        for tag in scenario.tags:
            if not tag.startswith("_"):
                self.config.addinivalue_line("markers", f"{tag}: a tag of scenarios")
                self.add_marker(getattr(pytest.mark, tag))

    def runtest(self) -> None:
        from harness.scenario.events import ScenarioFinished
        from harness.scenario.running import run_scenario

        if (refusal := self.config.stash.get(_REFUSAL, None)) is not None:
            raise refusal
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

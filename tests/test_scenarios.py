"""The shipped scenarios as a body: each names its source, and both ways of running them agree."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.base.quirks import load_table
from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.expectations import EXPECTATIONS
from harness.scenario.language.schema import schema
from harness.scenario.language.shapes import SHAPES
from harness.scenario.loading import Scenario, load
from harness.scenario.loading.backgrounds import also_read
from harness.scenario.selecting.targets import is_scenario, yaml_files
from harness.scenario.steps import STEPS

ROOT = Path(__file__).parents[1]
FILES = [path for path in yaml_files(ROOT / "scenarios") if is_scenario(path)]
BACKGROUNDS = ROOT / "scenarios" / "backgrounds"
DATE = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
FOLDERS = ("setup", "sync", "refusals", "servers-that-misbehave", "reported")


@cache
def scenarios(path: Path) -> tuple[Scenario, ...]:
    """Read a file once for all tests."""
    return load(path).scenarios()


def keys(value: Any) -> Iterator[str]:
    """Yield every key of a value, at any depth."""
    if isinstance(value, dict):
        yield from value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(part)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_scenario_names_its_source_and_has_a_tag(path):
    """Behaviour without a source is a made-up fact."""
    for scenario in scenarios(path):
        assert scenario.source["title"]
        assert scenario.source["url"].startswith("https://")
        assert scenario.tags


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_source_says_which_passage_was_read_and_when(path):
    """What is pinned can be looked up again only where the passage and the day of the comparison are named."""
    for scenario in scenarios(path):
        assert scenario.source.get("section"), (
            "name the passage: `section: a heading, or the date of a comment`"
        )
        assert DATE.match(scenario.source.get("read", "")), "name the day: `read: 2026-11-29`"


@pytest.mark.parametrize("package", ["harness.aws_sso", "harness.azure_ad"])
def test_every_quirk_says_when_its_source_was_read(package):
    """A quirk's source is a whole page, so the month will do."""
    rows = load_table(package).rows.values()
    assert [row.id for row in rows if not DATE.match(row.read)] == []


def test_every_step_and_expectation_is_documented():
    """The schema that editors show and the registries that run are one list."""
    definitions = schema()["$defs"]
    assert STEPS.keys() == definitions["steps"].keys(), (
        f"described and run are not the same: {STEPS.keys() ^ definitions['steps'].keys()}; a verb needs its arguments in "
        "harness/scenario/language/structure.json, a function with @step in harness/scenario/steps, and `make schema`"
    )
    assert set(definitions["expectations"]) == set(SHAPES) == set(EXPECTATIONS)
    assert all(definition["description"] for definition in definitions["steps"].values())
    assert all(expected.shape.doc for expected in SHAPES.values())


def test_every_step_expectation_and_matcher_is_used():
    """A word of the language that no scenario says is a word that nobody has seen work."""
    steps = [step for path in FILES for scenario in scenarios(path) for step in scenario.steps]
    unused = STEPS.keys() - {step.verb for step in steps}
    assert not unused, f"no file below scenarios/ says {unused}: write one that does"
    unused = EXPECTATIONS.keys() - {key for step in steps for key in step.expect}
    unused |= set(MATCHERS) - {key for step in steps for key in keys(step.expect)}
    assert not unused, f"no file below scenarios/ expects anything with {unused}: write one that does"


def test_scenarios_stand_on_one_axis():
    """Where a story stands says what it is about; every file is in one of the five folders and has its name as a tag."""
    assert {path.parent for path in FILES} == {ROOT / "scenarios" / folder for folder in FOLDERS}
    assert [path for path in FILES for case in scenarios(path) if path.parent.name not in case.tags] == []


def test_what_is_no_scenario_is_a_background_that_scenarios_share():
    """Each saves repeating, and none is written for one scenario alone."""
    others = set(yaml_files(ROOT / "scenarios")) - set(FILES)
    assert {path.parent for path in others} == {BACKGROUNDS}
    included = Counter(file for path in FILES for file in also_read(path))
    assert [path.name for path in others if included[path] < 2] == []


@pytest.mark.slow
def test_pytest_collects_exactly_what_the_command_runs():
    """`pytest scenarios` and `harness run scenarios` see the same cases."""
    command = [sys.executable, "-m", "pytest", "scenarios", "--collect-only", "-q", "-p", "no:cacheprovider"]
    collected = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = sum(len(scenarios(path)) for path in FILES)
    assert f"{listed} tests collected" in collected

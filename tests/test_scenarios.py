"""The shipped scenarios as a body: each names its source, and both ways of running them agree."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.scenario.expectations import EXPECTATIONS
from harness.scenario.loading import find, load, schema
from harness.scenario.steps import STEPS

ROOT = Path(__file__).parents[1]
FILES = find([ROOT / "scenarios"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_scenario_names_its_source_and_has_a_tag(path):
    """Behaviour without a source is a made-up fact."""
    for scenario in load(path).scenarios():
        assert scenario.source["title"]
        assert scenario.source["url"].startswith("https://")
        assert scenario.tags


def test_every_step_and_expectation_is_documented():
    """The schema that editors show and the registries that run are one list."""
    definitions = schema()["$defs"]
    assert set(definitions["steps"]) == set(STEPS)
    assert set(definitions["expectations"]) == set(EXPECTATIONS)
    for kind in ("steps", "expectations"):
        assert all(definition["description"] for definition in definitions[kind].values())


def test_pytest_collects_exactly_what_the_command_runs():
    """`pytest scenarios` and `harness run scenarios` see the same cases."""
    command = [sys.executable, "-m", "pytest", "scenarios", "--collect-only", "-q", "-p", "no:cacheprovider"]
    collected = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = sum(len(load(path).scenarios()) for path in FILES)
    assert f"{listed} tests collected" in collected

"""From a scenario file to `Scenario` records, or to one error that says where, what and how to mend it."""

from harness.scenario.loading.loader import load
from harness.scenario.loading.records import Scenario, ScenarioFile, Step
from harness.scenario.loading.source import ScenarioError

__all__ = ["Scenario", "ScenarioError", "ScenarioFile", "Step", "load"]

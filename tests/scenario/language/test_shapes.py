"""The table of shapes: what the services really show has no name that is missing in it."""

from pathlib import Path

import pytest

from harness.agreement.comparing import agreement
from harness.scenario import running
from harness.scenario.expectations import EXPECTATIONS, check
from harness.scenario.language.shapes import SHAPES
from harness.scenario.loading.expected import misfits
from harness.scenario.run import run

SCENARIOS = Path(__file__).parents[3] / "scenarios"
# These read what a job has, or compare with whom it should bring.
OF_A_JOB = ("job", "mapping", "both sides agree", "differences")
# Between them they show users with every attribute, groups, errors, escrows, a quarantine and a mail.
STORIES = (
    "setup/walkthrough.yaml",
    "setup/sign-in.yaml",
    "setup/account-assignments.yaml",
    "refusals/escrow-schedule.yaml",
    "servers-that-misbehave/quarantine-at-once.yaml",
    "servers-that-misbehave/no-answer.yaml",
    "sync/identity-store-api.yaml",
    "sync/updates.yaml",
    "sync/progress.yaml",
    "sync/on-demand.yaml",
)


def test_every_expectation_has_a_shape():
    """The table and the registry of readers are one list."""
    assert set(SHAPES) == set(EXPECTATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES)
def test_what_is_read_has_the_shape_that_the_table_says(story, monkeypatch):
    """At every step every expectation is read, whatever the scenario expects, and fits its own shape."""

    def checked(key, expected, play, result, since):
        for name, read in EXPECTATIONS.items():
            if name == "both sides agree" and play.current_job() and agreement(play.world).is_empty:
                continue  # there is no answer where nobody is in scope
            if name not in OF_A_JOB or play.current_job():
                actual = read(play, result, since)
                assert [(each.trail, each.message) for each in misfits({name: actual}, ())] == []
        return check(key, expected, play, result, since)

    monkeypatch.setattr(running, "check", checked)
    assert [event for event in run([SCENARIOS / story], seed="1") if getattr(event, "failures", ())] == []

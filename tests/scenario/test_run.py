"""A whole run: the same events whoever plays them, cases by name, variables from outside."""

import re
from pathlib import Path

import pytest

from harness.base.errors import HarnessError
from harness.scenario.events import FileRejected, Observation, RunStarted, ScenarioStarted
from harness.scenario.run import Gathering, run
from harness.scenario.selecting.choice import Choice
from harness.scenario.variables import Variables, parse_variables

CASES = "scenario: A table\ncases:\n  - {case: one}\n  - {case: two}\n  - {case: three}\nexpects: nothing\nsteps:\n  - wait: 1m\n"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(CASES, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        "scenario: B\nexpects: nothing\nsteps:\n  - turn provisioning on: {}\n", encoding="utf-8"
    )
    (tmp_path / "c.yaml").write_text("scenario: C\n", encoding="utf-8")
    return tmp_path


def ids(events):
    return [event.id for event in events if isinstance(event, ScenarioStarted)]


def told(events):
    return [re.sub(r"seconds=[\d.e-]+", "", repr(event)) for event in events]


@pytest.mark.parametrize("fail_fast", [False, True])
def test_several_processes_tell_what_one_tells(folder, fail_fast):
    """Event by event, in the same order, failures and rejected files included."""
    if fail_fast:
        (folder / "c.yaml").unlink()
    one, two = (list(run(["."], seed="1", fail_fast=fail_fast, processes=number)) for number in (1, 2))
    assert told(one) == told(two)
    assert ids(one) == ["a.yaml[one]", "a.yaml[two]", "a.yaml[three]", "b.yaml"]


@pytest.mark.parametrize("processes", [1, 2])
def test_what_nobody_reports_is_not_told(folder, processes):
    """Without observations all else is told as with them; other processes need not send it."""
    (folder / "b.yaml").write_text(
        "scenario: B\nexpects: nothing\nsteps:\n  - enable automatic provisioning: {}\n", encoding="utf-8"
    )
    whole, left_out = (
        list(run(["b.yaml"], seed="1", processes=processes, observed=observed)) for observed in (True, False)
    )
    assert any(isinstance(event, Observation) for event in whole)
    assert told(left_out) == told(event for event in whole if not isinstance(event, Observation))


def test_a_case_is_run_by_its_id(folder):
    """As `list` prints it; once, however often it is named."""
    assert ids(run(["a.yaml[two]", "a.yaml::a[two]"], seed="1")) == ["a.yaml[two]"]
    with pytest.raises(HarnessError, match=r"a\.yaml has no case 'tow'; did you mean 'two'"):
        list(run(["a.yaml[tow]"], seed="1"))
    with pytest.raises(HarnessError, match=r"b\.yaml has no case 'x'; the file has no cases"):
        list(run(["b.yaml[x]"], seed="1"))


def test_shards_share_everything_out(folder):
    """Each scenario runs in one of them, and they say how many they have."""
    shards = [
        list(run(["a.yaml", "b.yaml"], seed="1", choice=Choice(shard=(number, 3)))) for number in (1, 2, 3)
    ]
    assert [ids(events) for events in shards] == [
        ["a.yaml[one]", "b.yaml"],
        ["a.yaml[two]"],
        ["a.yaml[three]"],
    ]
    assert [events[0].total for events in shards if isinstance(events[0], RunStarted)] == [2, 1, 1]


TEMPLATE = """
scenario: For ${who}
cases:
  - {case: one, text: "${env:GREETING} ${who}"}
steps:
  - wait: 1m
    name: ${text}
expects: nothing
"""


def test_values_come_from_outside(folder):
    """`--var` and the environment fill in names, in the cases too; what nobody gives is refused where it stands."""
    (folder / "d.yaml").write_text(TEMPLATE, encoding="utf-8")
    gathering = Gathering(["d.yaml"], Variables({"who": "ana"}, {"GREETING": "hello"}))
    (scenario,) = gathering.scenarios()
    assert (scenario.title, scenario.steps[0].name) == ("For ana", "hello ana")
    (rejected,) = [event for event in run(["d.yaml"], seed="1") if isinstance(event, FileRejected)]
    assert "nothing has captured '${who}' here" in rejected.message
    assert "--var must name it" in rejected.message


@pytest.mark.parametrize("processes", [1, 2])
def test_a_misspelt_variable_is_refused(folder, processes):
    """What the command line gives and nothing mentions, but nearly; one that is like nothing is let be."""
    text = "scenario: ${tenant}\nexpects: nothing\nsteps:\n  - wait: 1m\n"
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    given = {"tenant": "contoso", "tenat": "fabrikam", "elsewhere": "x"}

    def play(*typed):
        variables = Variables(given, typed=frozenset(typed))
        return list(run(["a.yaml"], seed="1", variables=variables, processes=processes))

    with pytest.raises(HarnessError, match=r"nothing mentions '\$\{tenat\}', .*; did you mean 'tenant'\?"):
        play("tenat")
    assert play("tenant", "elsewhere")


def test_what_a_step_captures_is_its_own(folder):
    """A variable of that name changes nothing."""
    steps = "scenario: D\nsteps:\n  - enable automatic provisioning: {}\n    let: {token: body.accessToken}\n  - wait: 1m\n    name: ${token}\n"
    (folder / "d.yaml").write_text(steps, encoding="utf-8")
    (scenario,) = Gathering(["d.yaml"], Variables({"token": "x"})).scenarios()
    assert scenario.steps[1].name == "${token}"


def test_a_variable_has_a_name_and_a_value():
    """Anything else is answered with an example."""
    assert parse_variables(["a=1=2", "b="]) == {"a": "1=2", "b": ""}
    with pytest.raises(HarnessError, match=r"--var 'a' is not NAME=VALUE"):
        parse_variables(["a"])

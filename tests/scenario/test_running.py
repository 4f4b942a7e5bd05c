"""Playing a scenario: what counts as a failure, what it tells, and that the same seed tells the same story."""

import re
from pathlib import Path

import pytest

from harness.base.conditions import any_of
from harness.journal import Journal
from harness.scenario.events import (
    FileRejected,
    Observation,
    RunFinished,
    ScenarioFinished,
    StepFinished,
    StepStarted,
)
from harness.scenario.play import Play, StepError
from harness.scenario.run import run
from harness.scenario.selecting.choice import Choice
from harness.scenario.steps import STEPS
from harness.world import create

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture
def play(tmp_path):
    """Run a scenario given as text below `steps:` and return its events."""

    def played(steps: str, head: str = "", seed: str = "1"):
        path = tmp_path / "story.yaml"
        expects = "" if "expect:" in steps or "let:" in steps else "expects: nothing\n"
        path.write_text(f"scenario: A story\n{head}steps:\n{steps}{expects}", encoding="utf-8")
        return list(run([path], seed=seed))

    return played


def finished(events):
    return next(event for event in events if isinstance(event, ScenarioFinished))


def test_the_same_seed_tells_the_same_story_and_another_seed_another():
    """Everything but wall time is the same, event by event; identifiers come from the seed."""

    def told(seed):
        events = list(run([SCENARIOS / "sync" / "order.yaml"], seed=seed))
        return [re.sub(r"seconds=[\d.e-]+", "", repr(event)) for event in events]

    assert told("7") == told("7")
    assert told("7") != told("8")


def test_a_refusal_nobody_expected_is_a_failure_with_the_command_that_repeats_it(play):
    """A step may be refused only where the scenario says so; what follows is not played."""
    events = play(
        "  - enable automatic provisioning: {}\n  - enable automatic provisioning: {}\n  - wait: 1m\n"
    )
    (failure,) = finished(events).failures
    assert failure.message == "enable automatic provisioning: Automatic provisioning is already enabled."
    assert failure.location.line == 4
    assert failure.curl.startswith("curl -i --globoff -X POST http://127.0.0.1:8080/console/")
    assert failure.answered.startswith('409 {"')
    assert len([event for event in events if isinstance(event, StepStarted)]) == 2


def test_a_refusal_that_is_expected_passes(play):
    """`result`, `error` or `status` beside the step say that it may be refused."""
    steps = "  - enable automatic provisioning: {}\n  - enable automatic provisioning: {}\n    expect: {status: 409}\n"
    assert finished(play(steps)).passed


def test_a_step_that_cannot_be_carried_out_says_what_is_missing(play):
    """No job, no such person: one sentence, and where it stands."""
    (failure,) = finished(play("  - turn provisioning on: {}\n")).failures
    assert "use 'configure provisioning' first" in failure.message
    request = "  - graph request: {method: GET, path: /users}\n"
    (failure,) = finished(play(f"{request}  - assign: {{users: [nobody@contoso.com]}}\n")).failures
    assert "Azure AD has no user 'nobody@contoso.com'" in failure.message


def test_a_let_of_what_is_not_there_fails_at_the_let(play):
    """A value that the answer lacks is told where it is noted down, not where it is used."""
    (failure,) = finished(
        play("  - view automatic provisioning: {}\n    let: {x: body.tokens.7.tokenId}\n")
    ).failures
    assert "nothing at 'body.tokens.7.tokenId'" in failure.message
    assert failure.location.line == 4


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("edit mapping: '${people}'", "'edit mapping' takes a mapping (key: value), not a list"),
        ("edit mapping: {delete: '${people}'}", "each of 'delete' takes text, not a mapping"),
        ("edit mapping: {attribute list: '${people}'}", "unknown key 'id'; there are: name, multi-value"),
        ("edit mapping: {set: '${people}'}", "each of 'set' needs 'target'"),
        ("wait: '${people}'", "'wait' takes a duration with its unit, such as 40m, 6h or 28d, not a list"),
    ],
)
def test_a_captured_value_of_another_kind_is_named(play, step, message):
    """What a step takes is in the schema, and a captured value is held to it as a written one is."""
    people = (
        "  - graph request: {method: GET, path: '/users?$top=1&$select=id'}\n    let: {people: body.value}\n"
    )
    given = "given: {azure_ad: {users: [{userPrincipalName: a@contoso.com, displayName: A}]}}\n"
    (failure,) = finished(play(f"{people}  - {step}\n", given)).failures
    assert failure.message == message
    assert failure.location.line == 6


def test_no_failure_shows_a_token(play):
    """A broken expectation about a token, or beside one, hides it."""
    for expected in (
        "{accessToken: abc}",
        "{$count: 1}",
        "{provisioningMethod: Manual, accessToken: {$absent: true}}",
    ):
        (failure,) = finished(
            play(f"  - enable automatic provisioning: {{}}\n    expect: {{body: {expected}}}\n")
        ).failures
        assert not re.search(r"[A-Za-z0-9+/]{60}", repr(failure)), failure


def test_given_people_who_cannot_be_are_told_by_name(play):
    """A value that the directory refuses names the person."""
    head = "given: {azure_ad: {users: [{userPrincipalName: a, displayName: A, accountEnabled: true}]}}\n"
    (failure,) = finished(play("  - wait: 1m\n", head=head)).failures
    assert failure.message.startswith("azure_ad: a: ")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("azure_ad:\n    groups:\n      - displayName: A\n      - {displayName: B, membershipRule: x}\n", 6),
        ("azure_ad:\n    from: '@small'\n    groups:\n      - {displayName: B, membershipRule: x}\n", 6),
        ("aws_sso:\n    users:\n      - {userName: a, displayName: a}\n", 5),
    ],
)
def test_an_entry_that_cannot_be_is_placed(play, given, line):
    """The failure points at the entry of `given`, also behind those that a file brings."""
    (failure,) = finished(play("  - wait: 1m\n", head=f"given:\n  {given}")).failures
    assert failure.location.line == line


def test_the_story_is_told_in_the_order_it_happened():
    """A request comes before what it causes: CloudTrail's line, then the log entry; the clock jumps before what follows."""
    events = list(run([SCENARIOS / "reported" / "three-phone-numbers.yaml"], seed="1"))
    told = [event.summary for event in events if isinstance(event, Observation)]
    post = (
        told.index("POST /Users → 400") if "POST /Users → 400" in told else told.index("POST //Users → 400")
    )
    trail = next(
        index for index, line in enumerate(told) if line.startswith("CreateUser: ValidationException")
    )
    entry = next(index for index, line in enumerate(told) if line.startswith("create User Ana Ruiz: failure"))
    assert post < trail < entry
    jump = told.index("40 minutes later")
    assert told[jump + 1].startswith("GET ")


def test_tags_choose_and_fail_fast_stops(tmp_path):
    """Only what carries a tag runs; the first failure ends a run that was told so; a rejected file counts."""
    (tmp_path / "a.yaml").write_text(
        "scenario: A\ntags: [x]\nexpects: nothing\nsteps:\n  - turn provisioning on: {}\n", encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text(
        "scenario: B\ntags: [x, y]\nexpects: nothing\nsteps:\n  - wait: 1m\n", encoding="utf-8"
    )
    (tmp_path / "c.yaml").write_text("scenario: C\n", encoding="utf-8")
    last = list(run([tmp_path], seed="1", choice=Choice(tags=any_of(("y",)))))[-1]
    assert isinstance(last, RunFinished)
    assert (last.passed, last.failed, last.rejected) == (1, 0, 1)
    (tmp_path / "c.yaml").unlink()
    events = list(run([tmp_path], seed="1", fail_fast=True))
    assert len([event for event in events if isinstance(event, ScenarioFinished)]) == 1
    assert not [event for event in events if isinstance(event, FileRejected)]


def test_every_expectation_that_held_is_named(play):
    """A report can say what was checked, not only that nothing failed."""
    events = play(
        "  - view automatic provisioning: {}\n    expect: {result: success, body: {provisioningMethod: Manual}}\n"
    )
    step = next(event for event in events if isinstance(event, StepFinished))
    assert step.checked == ("result", "body")


PEOPLE = (
    "given: {azure_ad: {users: [{userPrincipalName: ana@contoso.com, displayName: Ana, surname: Ruiz}]}}\n"
)
BEGIN = (
    "  - enable automatic provisioning: {}\n"
    "  - configure provisioning: {}\n"
    "  - assign: {users: [ana@contoso.com]}\n"
)


@pytest.mark.parametrize(
    ("fault", "wanted", "met"),
    [
        ("{request: PUT /Users, answer: {status: 503}}", "1 or more requests", "0; these"),
        ("{request: POST /Users, times: 3, carried out: true, no answer: reset}", "3 or more", "1; these"),
        ("{request: POST /Users, body contains: Anna, answer: {status: 503}}", "1 or more", "0; these"),
    ],
)
def test_a_fault_that_meets_too_few_requests_fails_its_scenario(play, fault, wanted, met):
    """Nothing was tried; the requests that were sent are listed, and the place is the fault's."""
    steps = f"{BEGIN}  - fault: {fault}\n  - turn provisioning on: {{}}\n"
    (failure,) = finished(play(steps, PEOPLE)).failures
    assert failure.location.line == 7
    assert wanted in failure.expected
    assert met in failure.actual
    assert "POST /Users" in failure.actual.splitlines()[-1]


def test_a_fault_that_ended_counts_what_it_met(play):
    """`end faults` takes it off the wire, not out of the account."""
    fault = "  - fault: {request: POST /Users, answer: {status: 503}}\n"
    turned_on = "  - turn provisioning on: {}\n  - end faults: {}\n"
    assert finished(play(BEGIN + fault + turned_on, PEOPLE)).passed
    assert not finished(
        play(BEGIN + fault + "  - end faults: {}\n  - turn provisioning on: {}\n", PEOPLE)
    ).passed


def test_what_cannot_be_read_is_the_steps_failure_and_the_rest_goes_on(tmp_path):
    """There is no job: the expectation says so at its place, and the next file runs."""
    (tmp_path / "a.yaml").write_text(
        "scenario: A\nsteps:\n  - wait: 1m\n    expect: {job: {}, aws users: [], mapping: {}}\n",
        encoding="utf-8",
    )
    (tmp_path / "b.yaml").write_text(
        "scenario: B\nexpects: nothing\nsteps:\n  - wait: 1m\n", encoding="utf-8"
    )
    first, second = [each for each in run([tmp_path], seed="1") if isinstance(each, ScenarioFinished)]
    assert [failure.location.column for failure in first.failures] == [14, 38]
    assert all("no provisioning job" in failure.message for failure in first.failures)
    assert second.passed


@pytest.mark.parametrize("path", ["/users", "/v1.0/users", "/beta/users"])
def test_graph_paths_may_name_their_version(play, path):
    """As the guides write them; without one, v1.0 is meant."""
    (step,) = [
        event
        for event in play(f"  - graph request: {{method: GET, path: {path}}}\n    expect: {{status: 200}}\n")
        if isinstance(event, Observation)
    ]
    assert step.exchange.request.url.endswith(path if path.count("/") > 1 else f"/v1.0{path}")


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("turn provisioning on", {}),
        ("assign", {"users": ["ana@contoso.com"]}),
        ("configure provisioning", {}),
        ("provision on demand", {"user": "ana@contoso.com"}),
    ],
)
def test_steps_for_an_application_that_is_gone_fail_with_a_sentence(verb, arguments):
    """What Graph refuses while a step looks something up is the step's failure and nobody's traceback."""
    world = create()
    world.app_id = "gone"
    with pytest.raises(StepError, match="Request_ResourceNotFound"):
        STEPS[verb](Play(world, Journal()), arguments)


def test_parts_of_a_result_have_a_short_name(play):
    """`result.scimEndpoint` is the body's: for `let`, and as an expectation."""
    step = "  - enable automatic provisioning: {}\n"
    events = play(
        f"{step}    let: {{a: result.scimEndpoint, b: body.scimEndpoint, c: result}}\n  - wait: ${{a}}\n"
    )
    (failure,) = finished(events).failures
    assert "https://scim.us-east-1" in failure.message
    assert finished(play(f"{step}    expect: {{result: {{scimEndpoint: {{$any: true}}}}}}\n")).passed
    assert not finished(play(f"{step}    expect: {{result: {{scimEndpoint: x}}}}\n")).passed


def test_a_let_of_what_no_result_has_is_refused_before_the_run(play):
    """The first word of the path is one of what can be expected."""
    events = play("  - wait: 1m\n    let: {x: boby.scimEndpoint}\n")
    (rejected,) = [event for event in events if isinstance(event, FileRejected)]
    assert rejected.message == "there is no 'boby' to note down; did you mean 'body'?"
    assert (rejected.location.line, rejected.location.column) == (4, 14)


def test_let_notes_down_whatever_can_be_expected(play):
    """A difference, a user of AWS, a part of an exchange."""
    events = play(
        "  - enable automatic provisioning: {}\n"
        "  - configure provisioning: {}\n"
        "  - create user: {userPrincipalName: ana@contoso.com, displayName: Ana, givenName: Ana, surname: Ruiz}\n"
        "  - assign: {users: [ana@contoso.com]}\n"
        "    let: {whose: differences.0.whose}\n"
        "    expect: {differences: [{kind: missing}]}\n"
        "  - turn provisioning on: {}\n"
        "    let: {first: exchanges.0.method, key: aws users.0.id}\n"
        "    expect: {aws users: {$count: 1}}\n"
        "  - wait: 1m\n"
        "    expect: {aws users: [{id: '${key}'}]}\n"
    )
    assert finished(events).passed


def test_let_of_what_is_not_there_says_what_there_is(play):
    """The list is shown, as for an expectation."""
    (failure,) = finished(play("  - wait: 1m\n    let: {key: aws users.0.id}\n")).failures
    assert failure.message == "wait: there is nothing at 'aws users.0.id' to note down as 'key'"
    assert failure.actual == "[]"


@pytest.mark.parametrize(
    ("step", "column"),
    [
        ("edit mapping: {set: [{target: userName, expression: 'Jion([mail])'}]}", 57),
        ("edit mapping: {source object scope: [{title: A, clauses: [[departmnt, EQUALS, A]]}]}", 64),
        ("turn provisioning on: {}", 5),
    ],
)
def test_a_refused_step_is_placed_at_the_argument_that_the_refusal_quotes(play, step, column):
    """The step itself is named where the refusal quotes nothing that was written."""
    before = "  - enable automatic provisioning: {}\n  - configure provisioning: {}\n"
    events = play(f"{before if 'mapping' in step else ''}  - {step}\n")
    assert finished(events).failures[0].location.column == column


def test_a_refusal_against_a_result_says_why(play):
    """`success` was expected: the sentence of the refusal stands beside `failure`."""
    (failure,) = finished(play("  - view job: {}\n    expect: {result: success}\n")).failures
    assert (failure.expected, failure.actual) == ('"success"', '"failure"')
    assert failure.whole.startswith("the step was refused: the application has no provisioning job")

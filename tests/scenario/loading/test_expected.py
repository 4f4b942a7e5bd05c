"""Expectations as written: a name, a kind or a word that what they read cannot have is refused where it stands."""

import string
from pathlib import Path

import pytest
import yaml

from harness.base.ids import Ids
from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.language.shapes import SHAPES
from harness.scenario.loading import ScenarioError, load
from harness.scenario.loading.expected import misfits

# One expectation of each kind, with every matcher that can be in the way of a name, as deep as they go.
SAMPLES = """
provisioning log: {$not: {$contains: {provisioningStatusInfo: {errorInformation: {errorCode: {$absent: true}}}}}}
audit log: {$not: {$contains: {targetResources: {$contains: {modifiedProperties: [{displayName: userName}]}}}}}
cloudtrail: {$unordered: [{userIdentity: {onBehalfOf: {userId: {$not: x}}}, errorMessage: {$absent: true}}]}
aws users: {$not: {$contains: [{name: {familyName: Ruiz}, emails: [{primary: true, value: {$absent: true}}]}]}}
aws groups: {$one of: [[{displayName: A, members: {$not: {$contains: ana}}}], []]}
exchanges: {$not: {$contains: {status: 500, response: {$absent: true}}}}
job: {status: {lastExecution: {$not: {countEscrowed: {$at least: 1}, error: {tenantActionable: true}}}}}
mail: {subject: {$not: {$contains: quarantine}}, delivery: kept}
"""


def story(folder: Path, expectation: str) -> Path:
    """Write a scenario with one expectation, on its third line."""
    path = folder / "story.yaml"
    path.write_text(f"scenario: A\nsteps: [{{wait: 1m,\n  {expectation}}}]\n", encoding="utf-8")
    return path


def names(value, above=()):
    """Yield the place of every key that is no matcher, and of every value that is one of a few words."""
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if isinstance(key, str) and key not in MATCHERS and above:
            yield (*above, key)
        yield from names(inner, (*above, key))


def planted(value, trail, typo):
    """Return a copy in which the key at `trail` is another."""
    if isinstance(value, list):
        return [planted(item, trail[1:], typo) if n == trail[0] else item for n, item in enumerate(value)]
    if len(trail) == 1:
        return {typo if key == trail[0] else key: inner for key, inner in value.items()}
    return {
        key: planted(inner, trail[1:], typo) if key == trail[0] else inner for key, inner in value.items()
    }


def misspelt(word, chance):
    """Swap, drop, double or replace a letter, or change the case of one."""
    at = chance.number(len(word) - 1)
    a, b = word[at], word[at + 1]
    typos = (
        word[:at] + b + a + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + a + word[at:],
        word[:at] + string.ascii_lowercase[chance.number(26)] + word[at + 1 :],
        word[:at] + a.swapcase() + word[at + 1 :],
    )
    return typos[chance.number(len(typos))]


@pytest.mark.slow
def test_two_hundred_planted_typos_are_all_answered_at_their_place(tmp_path):
    """At any depth, under `$not`, `$contains` and `$absent` too: line, column, and the word that was meant."""
    chance = Ids("typos")
    samples = yaml.safe_load(SAMPLES)
    places = list(names(samples))
    answered = 0
    while answered < 200:
        trail = places[chance.number(len(places))]
        typo = misspelt(trail[-1], chance)
        if typo == trail[-1]:
            continue
        wrong = planted(samples, trail, typo)
        text = yaml.safe_dump(
            {"expect": {trail[0]: wrong[trail[0]]}}, width=10_000, default_flow_style=True
        ).strip()
        path = story(tmp_path, text[1:-1])
        with pytest.raises(ScenarioError) as refused:
            load(path)
        rejection = refused.value.rejection
        line = path.read_text(encoding="utf-8").splitlines()[2]
        assert rejection.location.line == 3, typo
        assert line[rejection.location.column - 1 :].startswith((typo, f"'{typo}'")), (typo, rejection)
        assert f"did you mean '{trail[-1]}'?" in rejection.message, rejection
        answered += 1


@pytest.mark.parametrize("name", SHAPES)
def test_the_samples_are_right_as_they_are(name):
    """Only the typos are refused."""
    sample = yaml.safe_load(SAMPLES).get(name)
    assert sample is None or list(misfits({name: sample}, ())) == []


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        (
            "aws users: {userName: ana}",
            "'aws users' is a list; for one of them write {$contains: {…}}, for all of them a list",
        ),
        (
            "provisioning log: {$not: {provisioningAction: create}}",
            "'provisioning log' is a list; for one of them",
        ),
        ("aws users: [{name: [Ana]}]", "'name' is a mapping (key: value), not a list"),
        ("aws users: [{active: 'true'}]", "'active' is true or false, not \"true\""),
        ("status: '200'", "'status' is a number, not \"200\""),
        ("status: true", "'status' is a number, not true"),
        ("aws users: [{externalId: 7}]", "'externalId' is text, not 7; put it in quotes"),
        (
            "exchanges: {$not: {$contains: {status: {$matches: '^4'}}}}",
            "$matches asks of text, but 'status' is a number",
        ),
        ("job: {status: {$at least: 1}}", "$at least asks of a number, but 'status' is a mapping"),
        ("aws users: {$count: {$at least: few}}", '$at least takes a number, not "few"'),
        ("result: succes", "'result' is never \"succes\"; did you mean 'success'?"),
        (
            "provisioning log: {provisioningAction: {$one of: [create, udpate]}}",
            "never \"udpate\"; did you mean 'update'?",
        ),
        ("headers: {Retry-After: '1'}", "names are in lower case here: 'retry-after'"),
        ("aws users: [{emails.0.vlaue: x}]", "has no 'emails.0.vlaue'"),
        ("aws users: [{a: {$contians: x}}]", "has no 'a'"),
        ("aws users: [{userName: {$contians: x}}]", "unknown matcher '$contians'; did you mean '$contains'?"),
    ],
)
def test_what_cannot_hold_or_cannot_fail_is_refused(expectation, message):
    """Each in a sentence that says how to write it."""
    assert message in next(misfits(yaml.safe_load(expectation), ())).message


@pytest.mark.parametrize(
    "expectation",
    [
        "aws users: [{name.familyName: Ruiz, emails.0.value: {$absent: true}}]",
        "aws users: [{'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department': Sales}]",
        "aws users: [{'urn:example:params:scim:schemas:extension:contoso:2.0:User': {anything: 1}}]",
        "aws memberships: {Any Group: {$not: {$contains: ana}}}",
        "body: {whatever: [{it: {$count: 2}}]}",
        "exchanges: {request: {Operations: {$contains: {op: Add}}}, headers: {user-agent: {$absent: true}}}",
        "job: {status: {quarantine: null}}",
        "aws users: [{userName: '${name}', '${key}': 1}]",
        "aws users: {$count: '${number}'}",
        "mapping: {'emails[type eq \"work\"].value': '[mail]'}",
        "error: {$contains: refused}",
    ],
)
def test_what_is_right_or_open_is_let_through(expectation):
    """Dotted names, extensions, bodies, group names, and what is not known before the run."""
    assert list(misfits(yaml.safe_load(expectation), ())) == []


@pytest.mark.parametrize("name", sorted(set(MATCHERS) - {"$contains", "$not"}))
def test_a_wrong_argument_is_found_before_the_run(name):
    """Whatever it is compared with."""
    wrong = {name: "(" if name == "$matches" else "x"}
    assert [each.trail for each in misfits({"body": [wrong]}, ())] == [("body", 0, name)]


def test_a_scenario_that_expects_nothing_says_so(tmp_path):
    """Nothing can fail in it; `expects: nothing` beside an expectation would be untrue."""
    path = tmp_path / "story.yaml"
    for text, message in {
        "scenario: A\nsteps: [wait: 1m]\n": "1:1: nothing is expected",
        "scenario: A\nexpects: nothing\nsteps: [{wait: 1m, expect: {error: null}}]\n": "2:1: a step expects something",
        "scenario: A\nexpects: noting\nsteps: [wait: 1m]\n": "2:10: 'expects' does not know 'noting'",
    }.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError, match=message):
            load(path)
    path.write_text("scenario: A\nexpects: nothing\nsteps: [wait: 1m]\n", encoding="utf-8")
    assert len(load(path).scenarios()) == 1

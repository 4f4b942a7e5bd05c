"""Words of the services that a scenario misspells: refused before the run, at the word, with the one that is meant."""

from pathlib import Path

import pytest

from harness.scenario.events import Location, Observation
from harness.scenario.language.shapes import SHAPES
from harness.scenario.loading import ScenarioError, load
from harness.scenario.loading.expected import misfits_of
from harness.scenario.loading.vocabulary import misspelt_expectations
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.running import run_scenario

SCENARIOS = Path(__file__).parents[3] / "scenarios"

HEAD = """\
scenario: A
given:
  azure_ad:
    users: [{userPrincipalName: ana@contoso.com, displayName: Ana}]
    groups: [{displayName: Developers, members: [ana@contoso.com]}]
steps:
"""


def loaded(folder, steps):
    path = folder / "story.yaml"
    path.write_text(HEAD + steps, encoding="utf-8")
    return load(path)


def refused(folder, steps):
    """Return place and message of the refusal of steps that begin on line 7."""
    with pytest.raises(ScenarioError) as error:
        loaded(folder, steps)
    rejection = error.value.rejection
    return f"{rejection.location.line}:{rejection.location.column}: {rejection.message}"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "add enterprise application: {gallery: AWS Single Sign on, name: X}",
            "7:43: the gallery has no application 'AWS Single Sign on'; did you mean 'AWS Single Sign-on'?",
        ),
        (
            "add enterprise application: {gallery: Zoom, name: X}",
            "7:43: the gallery has no application 'Zoom'; there are: Custom, AWS Single Sign-on",
        ),
        (
            "aws request: {service: identitystore, operation: ListUser}",
            "7:54: identitystore has no operation 'ListUser'; did you mean 'ListUsers'?",
        ),
        (
            "aws request: {service: sso, operation: ListAccount}",
            "7:44: sso has no operation 'ListAccount'; did you mean 'ListAccounts'?",
        ),
        (
            "aws request: {service: sso-admin, operation: ListPermissionSets, parameters: {InstanceARN: x}}",
            "7:83: ListPermissionSets takes no 'InstanceARN'; did you mean 'InstanceArn'?",
        ),
        (
            "scim request: {method: GET, path: /Usrs}",
            "7:39: no request has '/Usrs' in its path; did you mean '/Users'?",
        ),
        (
            "fault: {request: PST /Users, answer: {status: 503}}",
            "7:22: no request has the method 'PST'; did you mean 'POST'?",
        ),
        (
            "fault: {request: POST /Group, answer: {status: 503}}",
            "7:22: no request has '/Group' in its path; did you mean '/Groups'?",
        ),
        (
            "edit mapping: {set: [{target: name.familyNam, source: surname}]}",
            "7:35: no attribute is called 'name.familyNam'; did you mean 'name.familyName'?",
        ),
        (
            "edit mapping: {set: [{target: title, source: jobTitel}]}",
            "7:50: users have no 'jobTitel'; did you mean 'jobTitle'?",
        ),
        (
            "edit mapping: {set: [{target: displayName, expression: 'Join(\" \", [givenNmae], [surname])'}]}",
            "7:60: users have no 'givenNmae'; did you mean 'givenName'?",
        ),
        (
            "edit mapping: {delete: [facsimileTelephonNumber]}",
            "7:29: no attribute is called 'facsimileTelephonNumber'; did you mean 'facsimileTelephoneNumber'?",
        ),
        (
            "edit mapping: {match on: [userNam]}",
            "7:31: no attribute is called 'userNam'; did you mean 'userName'?",
        ),
    ],
)
def test_what_a_service_does_not_have_is_no_step(tmp_path, step, message):
    """The sentence names the nearest word, else all there are."""
    assert refused(tmp_path, f"  - {step}\n  - wait: 1m\n    expect: {{error: null}}\n") == message


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        (
            "cloudtrail: {$not: {$contains: {eventName: CreateUsr}}}",
            "8:57: 'eventName' is never 'CreateUsr'; did you mean 'CreateUser'?",
        ),
        (
            "cloudtrail: {$not: {$contains: {errorCode: ValidationExeption}}}",
            "8:57: 'errorCode' is never 'ValidationExeption'; did you mean 'ValidationException'?",
        ),
        (
            "audit log: {$not: {$contains: {activityDisplayName: Exprt}}}",
            "8:66: 'activityDisplayName' is never 'Exprt'; did you mean 'Export'?",
        ),
        (
            "provisioning log: {provisioningStatusInfo: {errorInformation: {errorCode: Unautorized}}}",
            "8:88: 'errorCode' is never 'Unautorized'; did you mean 'Unauthorized'?",
        ),
        (
            "mapping: {$not: {usrName: '[userPrincipalName]'}}",
            "8:31: no mapping is called 'usrName'; did you mean 'userName'?",
        ),
        (
            "exchanges: {$not: {$contains: {path: /User}}}",
            "8:51: no request has '/User' in its path; did you mean '/Users'?",
        ),
    ],
)
def test_a_misspelt_word_is_not_waited_for_in_vain(tmp_path, expectation, message):
    """Under `$not` each of these would hold whatever happens."""
    assert refused(tmp_path, f"  - wait: 1m\n    expect: {{{expectation}}}\n") == message


@pytest.mark.parametrize(
    "steps",
    [
        "aws request: {service: identitystore, operation: ListUser}\n    expect: {status: 400}",
        "scim request: {method: GET, path: /Usrs}\n    expect: {status: 404}",
        "wait: 1m\n    expect: {cloudtrail: {$not: {$contains: {eventName: {$contains: Usr}}}}}",
        "wait: 1m\n    expect: {cloudtrail: {$not: {$contains: {eventName: {$matches: CreateUsr}}}}}",
        "wait: 1m\n    expect: {cloudtrail: {eventName: SomethingOfTomorrow}}",
        "edit mapping: {set: [{target: usrName, source: city}]}\n    expect: {mapping: {usrName: '[city]'}}",
        "wait: 1m\n    expect: {exchanges: {$not: {$contains: {path: //Users}}}}",
        "edit mapping: {set: [{target: 'emails[type eq \"home\"].value', source: mail}]}\n    expect: {job: {}}",
        "edit mapping: {attribute list: [usrName], set: [{target: usrName, source: mail}]}\n    expect: {job: {}}",
        "edit mapping: {set: [{target: usrName, source: mail}]}\n    expect: {error: {$contains: usrName}}",
        "view mapping: {}\n    let: {rows: mapping}\n  - edit mapping: {set: '${rows}'}\n    expect: {job: {}}",
        "view mapping: {}\n    let: {row: mapping}\n  - edit mapping: {set: ['${row}']}\n    expect: {job: {}}",
    ],
)
def test_words_that_may_be_meant_are_let_through(tmp_path, steps):
    """A refusal that is expected, a part or a pattern, an unknown word that is like none, one that the file adds itself."""
    assert len(loaded(tmp_path, f"  - {steps}\n").scenarios()) == 1


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        (
            "provisioning log: {$not: {$contains: {provisioningStatusInfo: {errorInformation: {errorCode: Refusal}}}}}",
            "8:107: 'errorCode' is never 'Refusal', so this would always hold; there are: ActionNotAllowed, ",
        ),
        (
            "cloudtrail: {$not: {$contains: {eventName: MakeUser}}}",
            "8:57: 'eventName' is never 'MakeUser', so this would always hold; did you mean ",
        ),
        (
            "aws users: {$not: {$contains: {displayName: Anna Ruiz}}}",
            "8:58: nothing here says 'Anna Ruiz', so this would always hold; did you mean 'Ana Ruiz'?",
        ),
        (
            "exchanges: {$not: {$contains: {response: {detial: x}}}}",
            "8:56: 'response' never has 'detial'; did you mean 'detail'?",
        ),
        (
            "cloudtrail: {$not: {$contains: {requestParameters.userNam: x}}}",
            "8:46: 'cloudtrail' never has 'userNam'; did you mean 'userName'?",
        ),
        (
            "exchanges: {headers: {autorization: {$absent: true}}}",
            "8:36: 'headers' never has 'autorization'; did you mean 'authorization'?",
        ),
        (
            "aws users: [{urn:ietf:params:scim:schemas:extension:enterprise:2.0:Users: {$absent: true}}]",
            "8:27: 'aws users' never has 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:Users'; did you mean ",
        ),
        (
            "provisioning log: {$not: {$contains: {modifiedProperties: {$contains: {displayName: usrName}}}}}",
            "8:98: 'displayName' is never 'usrName'; did you mean 'userName'?",
        ),
        (
            "aws users: {$not: {$contains: {emails: {$contains: {type: wrok}}}}}",
            "8:72: 'type' is never 'wrok'; did you mean 'work'?",
        ),
        (
            "mapping: {userName: {$not: '[userPrincpalName]'}}",
            "8:41: users have no 'userPrincpalName'; did you mean 'userPrincipalName'?",
        ),
        ("status: {$not: 2044}", "8:29: 'status' is a number from 100 to 599, not 2044"),
        (
            "result: {$not: {Users: []}}",
            "8:14: a matcher of 'result' looks at success or failure; for parts of the answer write it below 'body'",
        ),
    ],
)
def test_what_would_hold_whatever_happens_is_refused(tmp_path, expectation, message):
    """Below `$not` and `$absent` nobody would ever notice a word that nothing says."""
    steps = f"  - create user: {{userPrincipalName: b@contoso.com, displayName: Ana Ruiz}}\n    expect: {{{expectation}}}\n"
    assert refused(tmp_path, steps).startswith(message)


@pytest.mark.parametrize(
    "expectation",
    [
        # Codes that the file lets come, and names that it says itself.
        "provisioning log: {$not: {$contains: {provisioningStatusInfo: {errorInformation: {errorCode: OwnCode}}}}}",
        "aws users: {$not: {$contains: {displayName: Ana}}}",
        "aws users: {$not: {$contains: {displayName: Somebody Else}}}",
        "aws users: {$not: {$contains: {emails: {$contains: {type: private}}}}}",
        "exchanges: {$not: {$contains: {request: {nick: x}}}}",
    ],
)
def test_what_a_file_says_itself_may_be_denied(tmp_path, expectation):
    """So may what resembles nothing."""
    path = tmp_path / "story.yaml"
    steps = f"  - wait: 1m\n    expect: {{{expectation}}}\n"
    path.write_text(
        f"quirks: {{failing-objects: {{ana@contoso.com: OwnCode}}}}\n{HEAD}{steps}", encoding="utf-8"
    )
    load(path)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "scim request: {method: GTE, path: /Users}",
            "7:28: no request has the method 'GTE'; did you mean 'GET'?",
        ),
        (
            "scim request: {method: GET, path: '/Users?filtr=x'}",
            "7:39: no query has 'filtr'; did you mean 'filter'?",
        ),
        (
            "graph request: {method: get, path: /users}",
            "7:29: no request has the method 'get'; did you mean 'GET'?",
        ),
        ("graph request: {method: GET, path: /user}", "7:40: Graph has no '/user'; did you mean '/users'?"),
        (
            "graph request: {method: GET, path: /v1/users}",
            "7:40: Graph has no version 'v1'; there are: v1.0, beta",
        ),
        (
            "graph request: {method: GET, path: /auditLogs/provisionings}",
            "7:40: Graph has no '/provisionings'; did you mean '/provisioning'?",
        ),
        (
            "graph request: {method: GET, path: '/users?$flter=x'}",
            "7:40: no query has '$flter'; did you mean '$filter'?",
        ),
        (
            "sign in: {user: anna@contoso.com}",
            "7:21: Azure AD has no user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
    ],
)
def test_a_denied_outcome_does_not_excuse_a_misspelt_request(tmp_path, step, message):
    """What is about a refusal says so: `status: 404`, not `$not`."""
    assert refused(tmp_path, f"  - {step}\n    expect: {{status: {{$not: 500}}}}\n") == message
    loaded(tmp_path, f"  - {step}\n    expect: {{status: 404}}\n".replace("GTE", "get"))


@pytest.mark.parametrize("verb", ["scim request", "graph request"])
def test_a_misspelt_method_is_never_what_a_refusal_is_about(tmp_path, verb):
    """One that nobody has may be."""
    steps = f"  - {verb}: {{method: PTACH, path: /x}}\n    expect: {{status: 400}}\n"
    assert refused(tmp_path, steps).endswith("no request has the method 'PTACH'; did you mean 'PATCH'?")
    loaded(tmp_path, steps.replace("PTACH", "PROPFIND"))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("aws users.0.di", "'aws users' has no '0.di'; there are: id, externalId"),
        ("result.scimEndpoit", "'result' has no 'scimEndpoit'; did you mean 'scimEndpoint'?"),
        ("body.tokens.0.tokenId", "'body' has no 'tokens.0.tokenId'"),
    ],
)
def test_a_path_to_note_down_is_one_that_the_step_brings(tmp_path, path, message):
    """At the first part that nothing has."""
    steps = f"  - enable automatic provisioning: {{}}\n    let: {{it: {path}}}\n"
    assert message in refused(tmp_path, steps)


def test_a_variable_that_the_environment_lacks_is_called_so(tmp_path):
    """Not something that a step should have noted down."""
    steps = "  - wait: ${env:HOW_LONG_IT_TAKES}\n    expect: {error: null}\n"
    assert refused(tmp_path, steps) == (
        "7:11: the environment has no variable 'HOW_LONG_IT_TAKES'; set it before the run"
    )


@pytest.mark.parametrize(
    "body",
    [
        "{key: {result: Success}, value: {action: Create, statusInfo.status: Success}}",
        "{value: [{action: Create, targetIdentity: {type: 'urn:ietf:params:scim:schemas:core:2.0:User'}}]}",
        "{value.0.action: Create, value.action: {$absent: true}}",
    ],
)
def test_on_demand_answers_in_the_form_of_either_year(tmp_path, body):
    """A list of entries today, the entry alone in 2020."""
    loaded(tmp_path, f"  - provision on demand: {{user: ana@contoso.com}}\n    expect: {{body: {body}}}\n")
    wrong = body.replace("ction: Create", "ction: Craete")
    assert "did you mean 'Create'?" in refused(
        tmp_path, f"  - provision on demand: {{user: ana@contoso.com}}\n    expect: {{body: {wrong}}}\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "setup/walkthrough",
        "setup/attributes-for-access-control",
        "sync/job-made-anew",
        "sync/on-demand",
        "servers-that-misbehave/status-codes",
        "servers-that-misbehave/codes-of-other-connectors",
    ],
)
def test_whatever_is_logged_may_be_denied(name):
    """Each entry of a log fits its shape, and each of its words is one that may stand under `$not`."""
    for scenario in load(SCENARIOS / f"{name}.yaml").scenarios():
        own = {str(code) for code in scenario.quirks.get("failing-objects", {}).values()}
        for event in run_scenario(scenario, seed="1"):
            if isinstance(event, Observation) and event.kind in SHAPES:
                assert list(misfits_of(event.detail, SHAPES[event.kind].shape.items, ())) == []
                denied = {"expect": {event.kind: {"$not": event.detail}}}
                nowhere = Node(denied, Location("", 1, 1))
                assert list(misspelt_expectations(denied, (), nowhere, own)) == []

"""Words of the services that a scenario misspells: refused before the run, at the word, with the one that is meant."""

import pytest

from harness.scenario.loading import ScenarioError, load

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
        "wait: 1m\n    expect: {cloudtrail: {$not: {$contains: {eventName: SomethingOfTomorrow}}}}",
        "edit mapping: {set: [{target: usrName, source: city}]}\n    expect: {mapping: {usrName: '[city]'}}",
        "wait: 1m\n    expect: {exchanges: {$not: {$contains: {path: //Users}}}}",
    ],
)
def test_words_that_may_be_meant_are_let_through(tmp_path, steps):
    """A refusal that is expected, a part or a pattern, an unknown word that is like none, one that the file adds itself."""
    assert len(loaded(tmp_path, f"  - {steps}\n").scenarios()) == 1

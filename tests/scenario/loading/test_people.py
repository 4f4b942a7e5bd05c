"""Names that nobody has: refused before the run, at the value, with the nearest that somebody has."""

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


def refused(folder, text):
    """Return place and message of a file's refusal."""
    path = folder / "story.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(path)
    rejection = error.value.rejection
    return f"{rejection.location.line}:{rejection.location.column}: {rejection.message}"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "assign: {users: [ana@contoso.com, anna@contoso.com]}",
            "7:39: Azure AD has no user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
        (
            "assign: {groups: [Develpers]}",
            "7:23: Azure AD has no group 'Develpers'; did you mean 'Developers'?",
        ),
        (
            "restore user: {user: anna@contoso.com}",
            "7:26: Azure AD has no user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
        (
            "sign in: {user: anna@contoso.com}",
            "7:21: Azure AD has no user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
        (
            "add member: {group: Developers, members: [bob@x.com]}",
            "7:47: Azure AD has no user 'bob@x.com'; 'given' or an earlier step has to create one",
        ),
        (
            "update user: {user: ana@contoso.com, set: {jobTilte: x}}",
            "7:48: Azure AD's users have no property 'jobTilte'; did you mean 'jobTitle'?",
        ),
        (
            "create user: {userPrincipalName: b@contoso.com, displayName: B, manager: anna@contoso.com}",
            "did you mean 'ana@contoso.com'?",
        ),
        (
            "create group: {displayName: B, secrityEnabled: true}",
            "have no property 'secrityEnabled'; did you mean 'securityEnabled'?",
        ),
        ("provision on demand: {user: Ana}", "7:33: Azure AD has no user 'Ana'"),
    ],
)
def test_a_name_in_a_step_is_answered_with_the_nearest(tmp_path, step, message):
    """At the value, or at the property's key."""
    assert message in refused(tmp_path, f"{HEAD}  - {step}\n  - wait: 1m\n    expect: {{error: null}}\n")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "azure_ad: {users: [{userPrincipalName: a@x.com, surnam: B}]}",
            "3:51: Azure AD's users have no property 'surnam'; did you mean 'surname'?",
        ),
        (
            "azure_ad: {groups: [{displayName: G, members: [a@x.com]}]}",
            "3:50: Azure AD has no user 'a@x.com'",
        ),
        (
            "azure_ad: {users: [{userPrincipalName: a@x.com, manager: A@y.com}]}",
            "no user 'A@y.com'; did you mean 'a@x.com'?",
        ),
        (
            "azure_ad: {users: [{userPrincipalName: a@x.com, companyName: 7}]}",
            "3:64: property 'companyName' must be text, not int",
        ),
        (
            "aws_sso: {users: [{userName: a, displayname: A}]}",
            "3:35: 'users' has no 'displayname'; did you mean 'displayName'?",
        ),
        (
            "aws_sso: {users: [{userName: a, name: {givnName: A}}]}",
            "'name' has no 'givnName'; did you mean 'givenName'?",
        ),
    ],
)
def test_a_name_in_given_is_answered_with_the_nearest(tmp_path, given, message):
    text = f"scenario: A\ngiven:\n  {given}\nexpects: nothing\nsteps: [wait: 1m]\n"
    assert message in refused(tmp_path, text)


@pytest.mark.parametrize(
    "steps",
    [
        "assign: {users: [nobody@contoso.com]}\n    expect: {error: {$any: true}}",
        "create user: {userPrincipalName: Eva@contoso.com, displayName: E}\n  - assign: {users: [eva@contoso.com]}",
        "update user: {user: ana@contoso.com, set: {userPrincipalName: a@contoso.com}}\n  - assign: {users: [a@contoso.com]}",
        "update group: {group: Developers, set: {displayName: Devs}}\n  - assign: {groups: [Devs]}",
        "graph request: {method: POST, path: /users, body: {}}\n  - assign: {users: [nobody@contoso.com]}",
        "update user: {user: ana@contoso.com, set: {extension_0123456789abcdef0123456789abcdef_badge: x}}",
        "wait: 1m\n    let: {x: status}\n  - assign: {users: ['${x}']}",
    ],
)
def test_names_that_somebody_may_have_are_let_through(tmp_path, steps):
    """A refusal that is expected, people whom a step created or renamed, requests that may do anything, values that come later."""
    path = tmp_path / "story.yaml"
    path.write_text(f"{HEAD}  - {steps}\n  - wait: 1m\n    expect: {{error: null}}\n", encoding="utf-8")
    assert len(load(path).scenarios()) == 1


@pytest.mark.parametrize(
    ("expected", "place"),
    [
        ("{Develpers: {$absent: true}}", "9:32"),
        ("{$not: {Develpers: [ana@contoso.com]}}", "9:39"),
    ],
)
def test_a_group_that_neither_side_has_is_not_looked_for_in_vain(tmp_path, expected, place):
    """Below 'aws memberships' names are keys: one that nobody has would hold whatever happens."""
    steps = (
        f"  - assign: {{groups: [Developers]}}\n  - wait: 1m\n    expect: {{aws memberships: {expected}}}\n"
    )
    assert (
        refused(tmp_path, HEAD + steps)
        == f"{place}: neither side has a group 'Develpers'; did you mean 'Developers'?"
    )


@pytest.mark.parametrize(
    "renaming",
    [
        "edit mapping: {of: groups, set: [{target: displayName, constant: Crew}]}",
        "scim request: {method: POST, path: /Groups, body: {displayName: Crew}}",
        "update group: {group: Developers, set: {displayName: Crew}}",
    ],
)
def test_a_group_may_have_the_name_that_a_step_gives_it(tmp_path, renaming):
    """A mapping of groups, another client and a new name in Azure AD all make names."""
    path = tmp_path / "story.yaml"
    steps = f"  - {renaming}\n  - wait: 1m\n    expect: {{aws memberships: {{Crew: {{$absent: true}}}}}}\n"
    path.write_text(HEAD + steps, encoding="utf-8")
    assert len(load(path).scenarios()) == 1


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        (
            "aws users: {$not: {$contains: {userName: anna@contoso.com}}}",
            "8:55: neither side has a user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
        (
            "aws memberships: {Developers: {$not: {$contains: anna@contoso.com}}}",
            "8:63: neither side has a user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
        (
            "aws groups: {$not: {$contains: {displayName: Developer}}}",
            "8:59: neither side has a group 'Developer'; did you mean 'Developers'?",
        ),
        (
            "differences: {$not: {$contains: {whose: user anna@contoso.com}}}",
            "8:54: neither side has a user 'anna@contoso.com'; did you mean 'ana@contoso.com'?",
        ),
    ],
)
def test_somebody_whom_neither_side_has_is_not_waited_for_in_vain(tmp_path, expectation, message):
    """Under `$not` each of these would hold whatever happens."""
    assert refused(tmp_path, f"{HEAD}  - wait: 1m\n    expect: {{{expectation}}}\n") == message


@pytest.mark.parametrize(
    "steps",
    [
        "wait: 1m\n    expect: {aws users: {$not: {$contains: {userName: {$contains: '@fabrikam.com'}}}}}",
        "edit mapping: {set: [{target: userName, source: mail}]}\n    expect: {aws users: [{userName: a@b.c}]}",
        "scim request: {method: GET, path: /Users}\n    expect: {aws users: [{userName: a@b.c}]}",
    ],
)
def test_people_who_may_come_from_elsewhere_are_let_through(tmp_path, steps):
    """A part of a name, names of another attribute, a client that creates whom it likes."""
    path = tmp_path / "story.yaml"
    path.write_text(f"{HEAD}  - {steps}\n", encoding="utf-8")
    assert len(load(path).scenarios()) == 1

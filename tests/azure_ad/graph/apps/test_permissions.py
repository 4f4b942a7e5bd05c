"""App roles and scopes: an id, a value that a token can carry, and disabled before they are deleted.

Source: https://learn.microsoft.com/en-us/graph/api/resources/approle, "Properties" (read 2026-11-29).
"""

import pytest

from tests.azure_ad.caller import Caller

ROLE = {
    "id": "1b4f816e-5eaf-48b9-8613-7923830595ad",
    "allowedMemberTypes": ["User"],
    "displayName": "Admins",
    "isEnabled": True,
    "value": "Admin",
}
SCOPE = {
    "id": "be98fa3e-ab5b-4b11-83d9-04ba2b7946bc",
    "value": "Users.Read",
    "isEnabled": True,
    "type": "User",
}


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.mark.parametrize(
    "shape",
    [lambda items: {"appRoles": items}, lambda items: {"api": {"oauth2PermissionScopes": items}}],
    ids=["appRoles", "scopes"],
)
def test_an_enabled_one_is_not_deleted(graph, shape):
    """CannotDeleteOrUpdateEnabledEntitlement; a script disables it first."""
    item = ROLE if "appRoles" in shape([]) else SCOPE
    key = graph.do("POST", "/applications", {"displayName": "Shop", **shape([item])}, 201)["id"]
    before = graph.company.rows()
    assert graph.fail("PATCH", f"/applications/{key}", {"displayName": "Shop 2", **shape([])}) == (
        400,
        "CannotDeleteOrUpdateEnabledEntitlement",
        "Permission (scope or role) cannot be deleted or updated unless disabled first.",
    )
    assert graph.company.rows() == before
    graph.do("PATCH", f"/applications/{key}", shape([{**item, "isEnabled": False}]))
    graph.do("PATCH", f"/applications/{key}", shape([]))


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ([{**ROLE, "id": None}], "A value is required for property 'appRoles/id' of resource 'Application'."),
        (
            [{**ROLE, "value": "a b"}],
            "Invalid value specified for property 'appRoles' of resource 'Application'.",
        ),
        (
            [{**ROLE, "value": ".a"}],
            "Invalid value specified for property 'appRoles' of resource 'Application'.",
        ),
        ([{**ROLE, "value": "a" * 121}], "Invalid value specified for property 'appRoles'"),
        ([{**ROLE, "allowedMemberTypes": ["Group"]}], "Invalid value specified for property 'appRoles'"),
        ([{**ROLE, "allowedMemberTypes": []}], "Invalid value specified for property 'appRoles'"),
        ([ROLE, ROLE], "Invalid value specified for property 'appRoles'"),
    ],
)
def test_what_is_no_role_is_refused(graph, roles, sentence):
    before = graph.company.rows()
    status, code, message = graph.fail("POST", "/applications", {"displayName": "Shop", "appRoles": roles})
    assert (status, code) == (400, "Request_BadRequest")
    assert message.startswith(sentence)
    assert graph.company.rows() == before


def test_every_value_that_a_token_can_carry_is_taken(graph):
    value = "Az09!#$%&'()*+,-./:;<=>?@[]^_`{|}~"
    roles = [{**ROLE, "value": value}]
    assert (
        graph.do("POST", "/applications", {"displayName": "Shop", "appRoles": roles}, 201)["appRoles"]
        == roles
    )

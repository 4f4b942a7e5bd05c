"""JSON values come in the type that their property declares, also where a script sends a string; a slash may follow.

Source: https://github.com/OData/odata.net, src/Microsoft.OData.Core/ODataPayloadValueConverter.cs (read 2026-11-29).
"""

import pytest

from harness.azure_ad.graph.odata.values import as_boolean
from tests.azure_ad.caller import Caller, person

JOBS = "/servicePrincipals/{app}/synchronization/jobs"
ANA = {
    "displayName": "Ana",
    "mailNickname": "ana",
    "userPrincipalName": "ana@contoso.com",
    "passwordProfile": {"password": "xWwvJ]6NMw+bWH-d", "forceChangePasswordNextSignIn": "True"},
}


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.mark.parametrize("text", ["True", "true", "TRUE", " True "])
def test_a_string_is_read_as_dotnet_reads_it(text):
    assert as_boolean(text) is True


@pytest.mark.parametrize("value", ["1", "yes", "", 1, 0, None, [], True])
def test_nothing_else_is_taken_for_one(value):
    assert as_boolean(value) is value


def test_a_user_is_made_and_changed_with_strings_for_booleans(graph):
    """As the gallery's validation workflow sends them."""
    made = graph.do("POST", "/users", person({**ANA, "accountEnabled": "False"}), 201)
    path = f"/users/{made['id']}?$select=accountEnabled"
    assert graph.get(path)["accountEnabled"] is False
    graph.do("PATCH", f"/users/{made['id']}", {"accountEnabled": " TRUE "})
    assert graph.get(path)["accountEnabled"] is True


@pytest.mark.parametrize("value", ["yes", "1", "", 1])
def test_what_is_no_boolean_is_refused(graph, value):
    status, code, message = graph.fail("POST", "/users", person({**ANA, "accountEnabled": value}))
    assert (status, code) == (400, "Request_BadRequest")
    assert "'accountEnabled' must be true or false" in message


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_saved_credentials_are_used_when_a_string_says_so(graph, value):
    graph.do("POST", f"{JOBS}/{{job}}/validateCredentials", {"useSavedCredentials": value})


def test_saved_credentials_are_not_silently_left_alone(graph):
    body = {"useSavedCredentials": "yes"}
    assert graph.fail("POST", f"{JOBS}/{{job}}/validateCredentials", body)[2] == (
        "useSavedCredentials must be true or false."
    )


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/{{job}}", "/users", "/groups"])
def test_a_slash_at_the_end_makes_no_difference(graph, path):
    assert graph.get(f"{path}/") == graph.get(path)

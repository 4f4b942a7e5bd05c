"""Federated identity credentials: a name, and an issuer with its subject, once in an application; one audience.

Source: https://learn.microsoft.com/en-us/graph/api/resources/federatedidentitycredential, "Properties" (read 2026-11-29).
"""

import pytest

from tests.azure_ad.caller import Caller

TRUST = {
    "name": "gh-main",
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:o/r:ref:refs/heads/main",
    "audiences": ["api://AzureADTokenExchange"],
}


@pytest.fixture
def graph(company):
    caller = Caller(company)
    made = caller.do("POST", "/applications", {"displayName": "Pipeline"}, 201)
    caller.path = f"/applications/{made['id']}/federatedIdentityCredentials"
    return caller


def test_one_is_made_read_changed_and_deleted(graph):
    """By id and, as an alternate key, by name."""
    made = graph.do("POST", graph.path, TRUST, 201)
    assert {**TRUST, "description": None, "id": made["id"]}.items() <= made.items()
    graph.do("PATCH", f"{graph.path}/{made['id']}", {"subject": "repo:o/r:environment:live"})
    assert graph.get(f"{graph.path}/gh-main")["subject"] == "repo:o/r:environment:live"
    graph.do("DELETE", f"{graph.path}/{made['id']}")
    assert graph.get(graph.path)["value"] == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"subject": "other"}, "A federated identity credential with the name gh-main exists."),
        ({"name": "other"}, "A federated identity credential with this issuer and subject exists."),
        ({"audiences": ["a", "b"]}, "audiences must be a list of one text."),
        (
            {"name": "a b"},
            "Invalid value specified for property 'name' of resource 'FederatedIdentityCredential'.",
        ),
        (
            {"issuer": None},
            "A value is required for property 'issuer' of resource 'FederatedIdentityCredential'.",
        ),
    ],
)
def test_what_cannot_be_is_refused(graph, changes, sentence):
    graph.do("POST", graph.path, TRUST, 201)
    before = graph.company.rows()
    status, code, message = graph.fail("POST", graph.path, {**TRUST, **changes})
    assert (status, code, message) == (400, "Request_BadRequest", sentence)
    assert graph.company.rows() == before


def test_the_name_stays(graph):
    made = graph.do("POST", graph.path, TRUST, 201)
    assert graph.fail("PATCH", f"{graph.path}/{made['id']}", {"name": "other"})[2] == (
        "Property 'name' is read-only and cannot be set."
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("applications(uniqueName='app-1')", {"displayName": "Shop"}),
        (
            "groups(uniqueName='app-1')",
            {"displayName": "Shop", "mailEnabled": False, "mailNickname": "shop", "securityEnabled": True},
        ),
    ],
)
def test_an_object_with_a_unique_name_is_made_once(graph, path, body):
    """application-upsert and group-upsert: 404 without the header, then 201, then 204."""
    prefer = (("Prefer", "create-if-missing"),)
    assert graph.fail("PATCH", f"/{path}", body)[0] == 404
    made = graph.do("PATCH", f"/{path}", body, 201, headers=prefer)
    assert made["uniqueName"] == "app-1"
    graph.do("PATCH", f"/{path}", {"displayName": "Shop 2"}, 204, headers=prefer)
    assert graph.get(f"/{path}")["displayName"] == "Shop 2"


def test_what_cannot_be_answered_is_not_made(graph):
    before = graph.company.rows()
    assert graph.fail("POST", f"{graph.path}?$select=nothing", TRUST)[0] == 400
    assert graph.company.rows() == before

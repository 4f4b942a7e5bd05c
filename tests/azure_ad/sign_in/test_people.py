"""A person signs in to Graph with name and password: `/me` is theirs, and the audit log says what they did.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth-ropc and
https://learn.microsoft.com/en-us/graph/api/resources/auditactivityinitiator (read 2026-11-29).
"""

from urllib.parse import urlencode

import pytest

from harness.wire.message import Request
from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import GRAPH

FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.fixture
def graph(company):
    company.person("ana", jobTitle="Pilot")
    company.change(company.person("off"), accountEnabled=False)
    return Caller(company)


def sign_in(graph, **changes):
    client = graph.company.tenant.registrations.registration()["appId"]
    form = {"grant_type": "password", "client_id": client, "scope": "User.Read", "password": "any"}
    body = urlencode({**form, "username": "ana@contoso.com", **changes}).encode()
    url = f"{GRAPH}/{graph.company.tenant.settings.tenant_id}/oauth2/v2.0/token"
    return graph.ask(Request("POST", url, (FORM,), body))


def test_me_is_who_signed_in(graph):
    """user-get: /me and what lies below it is the person's own; nothing else changes."""
    answer = sign_in(graph).json()
    token = answer["access_token"]
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "User.Read")
    assert graph.get("/me?$select=jobTitle", token=token)["jobTitle"] == "Pilot"
    graph.do("PATCH", "/Me", {"city": "Bonn"}, token=token)
    assert graph.get("/users/ana@contoso.com?$select=city")["city"] == "Bonn"
    assert graph.get("/me/memberOf/microsoft.graph.group", token=token)["value"] == []
    assert graph.fail("GET", "/meeting", token=token)[0] == 404


def test_a_program_is_nobody(graph):
    """The administrator's own token is a program's: /me is refused, by every method."""
    for method in ("GET", "PATCH", "POST"):
        code, message = graph.fail(method, "/me", {})[1:]
        assert (code, message.partition(" is")[0]) == ("BadRequest", "/me request")


def test_the_audit_log_names_the_person(graph):
    """What somebody does is initiated by that user, what the program does by the program."""
    token = sign_in(graph).json()["access_token"]
    graph.do("PATCH", "/users/ana@contoso.com", {"city": "Bonn"}, token=token)
    graph.do("PATCH", "/users/ana@contoso.com", {"city": "Trier"})
    by_program, by_person = graph.get("/auditLogs/directoryAudits?$top=2")["value"]
    assert by_person["initiatedBy"]["app"] is None
    assert by_person["initiatedBy"]["user"]["userPrincipalName"] == "ana@contoso.com"
    assert by_program["initiatedBy"]["user"] is None
    assert by_program["initiatedBy"]["app"]["displayName"] == "Automation"


def test_the_audit_log_names_who_saw_to_the_job(graph):
    """As a program, as a person, and as whoever is at the portal, who is not in the directory."""
    app, job = graph.company.app, graph.company.job
    synchronization = f"/servicePrincipals/{app}/synchronization/jobs/{job}"
    token = sign_in(graph).json()["access_token"]
    graph.do("POST", f"{synchronization}/start", None, 204)
    graph.do("POST", f"{synchronization}/pause", None, 204, token=token)
    graph.company.engine.start(job)
    by_hand, by_person, by_program = graph.get("/auditLogs/directoryAudits?$top=3")["value"]
    assert by_program["initiatedBy"]["user"] is None
    assert by_program["initiatedBy"]["app"]["displayName"] == "Automation"
    assert by_person["initiatedBy"]["app"] is None
    assert by_person["initiatedBy"]["user"]["userPrincipalName"] == "ana@contoso.com"
    assert by_hand["initiatedBy"]["user"]["displayName"] == "Administrator"


def test_the_audit_log_names_the_program(graph):
    """A client that signs in with its own secret is the one that did it, with its service principal."""
    application = graph.do("POST", "/applications", {"displayName": "Joiner"}, 201)
    principal = graph.do("POST", "/servicePrincipals", {"appId": application["appId"]}, 201)
    secret = graph.do("POST", f"/applications/{application['id']}/addPassword", {}, 200)["secretText"]
    scope = "https://graph.microsoft.com/.default"
    grant = {"grant_type": "client_credentials", "client_id": application["appId"], "scope": scope}
    token = sign_in(graph, **grant, client_secret=secret).json()["access_token"]
    graph.do("PATCH", "/users/ana@contoso.com", {"city": "Bonn"}, token=token)
    (entry,) = graph.get("/auditLogs/directoryAudits?$top=1")["value"]
    app = entry["initiatedBy"]["app"]
    assert (app["displayName"], app["servicePrincipalId"]) == ("Joiner", principal["id"])


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"username": "nobody@contoso.com"}, 400, 50034),
        ({"username": "off@contoso.com"}, 400, 50057),
        ({"username": ""}, 400, 900144),
        ({"password": ""}, 400, 900144),
        ({"client_secret": "wrong"}, 401, 7000215),
    ],
)
def test_who_cannot_sign_in_is_refused(graph, changes, status, code):
    """reference-error-codes: an unknown or disabled account, a missing parameter, a wrong secret of the client."""
    answer = sign_in(graph, **changes)
    assert (answer.status, answer.json()["error_codes"]) == (status, [code])


def test_a_token_that_only_claims_to_be_somebodys_opens_nothing(graph):
    """The person in an unsigned token chooses the address, and the token is refused there."""
    head, _, signed = sign_in(graph).json()["access_token"].rpartition(".")
    for forged in (
        f"{head}.{signed[:-2]}",
        f"{head}.",
        "x.eyJpZHR5cCI6InVzZXIiLCJvaWQiOiIuLiJ9.x",
        "..",
        "é",
    ):
        assert graph.fail("GET", "/me", token=forged)[0] == 401

"""Corners of scope, and secrets that a server throws back."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.azure_ad.scim_server import BASE, TOKEN, refusal

AWKWARD = 'kX3+vb/9Qz"7pLmN0s==é'


def test_members_of_a_group_that_is_not_for_security_get_nothing(company, server):
    """how-provisioning-works: assigned groups must be security enabled; otherwise neither group nor members arrive."""
    ana = company.person("ana", assigned=False)
    news = company.group("News", (ana,))
    company.change(ana, displayName="Ana")
    company.directory.update("Group", news, {"securityEnabled": False})
    company.turn_on()
    assert not [request for request in server.seen() if request.startswith("POST")]


def test_a_manager_who_is_deleted_is_taken_away_from_the_reports(company, server):
    """The deletion marks the reports as changed, so the next cycle removes the reference."""
    boss, clerk = company.person("boss"), company.person("clerk")
    company.directory.set_manager(clerk, boss)
    company.turn_on()
    server.seen()
    company.log()
    company.directory.delete("User", boss)
    company.cycle()
    changed = [row for entry in company.log() for row in entry["modifiedProperties"]]
    assert [row["oldValue"] for row in changed if row["displayName"].endswith(":manager")] == ["u1"]


def test_a_token_that_a_server_repeats_stays_out_of_the_logs(company, server):
    """Whatever a refusal says is logged, but never the credential it was asked with."""
    server.refuse("POST", "/Users", refusal(400, f"bad request with Bearer {TOKEN}"))
    company.person("ana")
    company.turn_on()
    (entry,) = company.log()
    reason = entry["provisioningStatusInfo"]["errorInformation"]["reason"]
    assert "bad request with Bearer ***" in reason
    assert TOKEN not in str(entry)


@pytest.mark.parametrize(
    "repeated",
    [
        AWKWARD,
        quote(AWKWARD, safe=""),
        json.dumps(AWKWARD)[1:-1],
        AWKWARD.replace("/", "\\/"),
        AWKWARD.replace("+", "\\u002B"),
        base64.b64encode(f"scim:{AWKWARD}".encode()).decode(),
    ],
    ids=["raw", "percent-encoded", "JSON", "slashes escaped", ".NET", "Basic"],
)
def test_a_token_stays_out_of_the_log_in_whatever_spelling(company, server, repeated):
    """A server may write what it was sent into an address, a JSON text or an Authorization header of its own."""
    server.token = AWKWARD
    company.engine.save_secrets(company.app, {"BaseAddress": BASE, "SecretToken": AWKWARD})
    server.refuse("POST", "/Users", refusal(400, f"bad request with <{repeated}>"))
    company.person("ana")
    company.turn_on()
    (entry,) = company.log()
    reason = entry["provisioningStatusInfo"]["errorInformation"]["reason"]
    assert "bad request with <" in reason
    assert "***" in reason
    assert repeated not in reason
    assert json.dumps(repeated)[1:-1] not in reason


@pytest.mark.parametrize(
    ("address", "token"),
    [
        (f"{BASE}?aadOptscim062020", TOKEN),
        (BASE.upper(), TOKEN),
        ("https://elsewhere.example/scim", None),
        (BASE.replace("https://", "http://"), None),
        ("", None),
    ],
    ids=["the same server", "spelt otherwise", "another server", "in plain text", "none"],
)
def test_a_saved_token_is_not_brought_to_another_server(company, address, token):
    """Whoever changes the address without the token could otherwise read it there."""
    company.engine.save_secrets(company.app, {"BaseAddress": address})
    assert company.apps.secrets(company.app).get("SecretToken") == token
    company.engine.save_secrets(
        company.app, {"BaseAddress": "https://elsewhere.example", "SecretToken": "new"}
    )
    assert company.apps.secrets(company.app)["SecretToken"] == "new"


@pytest.mark.parametrize(
    ("address", "gone"),
    [
        ("BaseAddress", {"Oauth2AccessToken"}),
        ("Oauth2TokenExchangeUri", {"Oauth2ClientSecret", "Oauth2RefreshToken"}),
    ],
)
def test_what_a_grant_has_is_not_brought_to_another_server_either(company, address, gone):
    """Its access token goes with the tenant URL, what it is got with goes with the token endpoint."""
    grant = dict.fromkeys(("Oauth2AccessToken", "Oauth2ClientSecret", "Oauth2RefreshToken"), "hush")
    grant["Oauth2TokenExchangeUri"] = "https://login.example.com/token"
    company.engine.save_secrets(company.app, grant)
    company.engine.save_secrets(company.app, {address: "https://elsewhere.example"})
    assert set(grant) - set(company.apps.secrets(company.app)) == gone

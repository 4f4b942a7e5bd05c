"""Domains of the organization: what a userPrincipalName may end with.

Source: https://learn.microsoft.com/en-us/graph/api/domain-post-domains, …/domain-verify, …/domain-update, …/domain-delete and
…/domain-forcedelete (read 2026-11-29).
"""

import pytest

from tests.azure_ad.caller import Caller, person

NEW = "fabrikam.com"


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def added(graph):
    graph.do("POST", "/domains", {"id": "Fabrikam.com"}, 201)
    return graph


def test_names_may_have_a_domain_once_it_is_verified(added):
    """user-post-users: the domain must be a verified one; the records to prove it are there from the start."""
    ana = person({"userPrincipalName": f"ana@{NEW}"})
    assert "verified domain" in added.fail("POST", "/users", ana)[2]
    proof, _ = added.get(f"/domains/{NEW}/verificationDnsRecords")["value"]
    assert proof["text"].startswith("MS=ms")
    assert added.do("POST", f"/domains/{NEW}/verify", None, 200)["isVerified"] is True
    added.do("POST", "/users", ana, 201)
    assert [item["name"] for item in added.get("/organization")["value"][0]["verifiedDomains"]][-1] == NEW


def test_one_domain_is_the_default(added):
    """domain-update: only a verified one; the one before is it no more."""
    assert added.fail("PATCH", f"/domains/{NEW}", {"isDefault": True})[0] == 400
    added.do("POST", f"/domains/{NEW}/verify", None, 200)
    added.do("PATCH", f"/domains/{NEW}", {"isDefault": True})
    defaults = {item["id"]: item["isDefault"] for item in added.get("/domains")["value"]}
    assert defaults == {"contoso.com": False, "contoso.onmicrosoft.com": False, NEW: True}
    added.do("PATCH", "/domains/contoso.com", {"isDefault": True})
    assert added.get(f"/domains/{NEW}")["isDefault"] is False
    added.do("DELETE", f"/domains/{NEW}")


@pytest.mark.parametrize("disabled", [True, False])
def test_a_domain_in_use_stays_unless_forced(added, disabled):
    """domain-delete refuses while somebody's name has it; domain-forcedelete renames them to the initial domain."""
    added.do("POST", f"/domains/{NEW}/verify", None, 200)
    key = added.do("POST", "/users", person({"userPrincipalName": f"ana@{NEW}"}), 201)["id"]
    assert [item["id"] for item in added.get(f"/domains/{NEW}/domainNameReferences")["value"]] == [key]
    assert added.fail("DELETE", f"/domains/{NEW}")[0] == 400
    added.do("POST", f"/domains/{NEW}/forceDelete", {} if disabled else {"disableUserAccounts": "False"})
    person_now = added.get(f"/users/{key}?$select=userPrincipalName,accountEnabled")
    assert (person_now["userPrincipalName"], person_now["accountEnabled"]) == (
        "ana@contoso.onmicrosoft.com",
        not disabled,
    )
    assert added.fail("GET", f"/domains/{NEW}")[0] == 404


@pytest.mark.parametrize(
    "body", [{"id": "contoso.com"}, {"id": NEW}, {"id": "no domain"}, {"id": "-a.b"}, {}]
)
def test_a_domain_that_cannot_be_added_is_refused(added, body):
    assert added.fail("POST", "/domains", body)[0] == 400


@pytest.mark.parametrize("name", ["contoso.com", "contoso.onmicrosoft.com"])
def test_the_organizations_own_domains_stay(graph, name):
    assert graph.fail("DELETE", f"/domains/{name}")[0] == 400
    assert graph.fail("POST", f"/domains/{name}/forceDelete", {})[0] == 400

"""A decision carries the mapped values, so that a cycle evaluates an object's mappings once, whatever comes of it."""

from collections import Counter

import pytest

from harness.azure_ad.mappings.compiled import ObjectMapping
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer, refusal

NAMES = ("ana", "ben", "cem")


@pytest.fixture
def server():
    return ScimServer()


@pytest.fixture
def company(server):
    """Return a company whose three people are in the target."""
    company = Company(server)
    for name in NAMES:
        company.person(name)
    company.turn_on()
    return company


@pytest.fixture
def evaluations(monkeypatch):
    """Count, by userPrincipalName, how often an object's mappings are evaluated."""
    counts, mapped = Counter(), ObjectMapping.mapped

    def counted(self, source, *, creating):
        counts[source["userPrincipalName"].partition("@")[0]] += 1
        return mapped(self, source, creating=creating)

    monkeypatch.setattr(ObjectMapping, "mapped", counted)
    return counts


def test_creating(server, evaluations):
    company = Company(server)
    for name in NAMES:
        company.person(name)
    company.turn_on()
    assert len(server.resources["Users"]) == 3
    assert evaluations == dict.fromkeys(NAMES, 1)


def test_updating_disabling_and_a_refusal(company, server, evaluations):
    ana, ben, cem = (company.directory.find("User", f"{name}@contoso.com")["id"] for name in NAMES)
    company.change(ana, jobTitle="Pilot")
    company.change(ben, accountEnabled=False)
    company.change(cem, surname="Okafor")
    server.refuse("PATCH", "/Users", refusal(400), times=1)
    company.cycle()
    assert evaluations == dict.fromkeys(NAMES, 1)


def test_taking_over_an_account(company, evaluations):
    """The match is compared with the values that the decision has."""
    company.engine.restart(company.job, frozenset({"ConnectorDataStore", "Watermark"}))
    company.cycle()
    assert evaluations == dict.fromkeys(NAMES, 1)


def test_who_is_not_in_scope_is_not_evaluated(company, evaluations):
    company.person("dan", assigned=False)
    company.cycle()
    assert evaluations == {}

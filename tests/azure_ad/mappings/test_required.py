"""Attributes that the schema's definitions call required.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-attributedefinition, required and
defaultValue (read 2026-11-29).
"""

import pytest

from harness.scim.names import CORE_USER
from tests.azure_ad.scim_server import ScimServer


def require(company, target, default=None):
    schema = company.engine.schema(company.job)
    for directory in schema["directories"]:
        for each in directory["objects"]:
            for definition in each["attributes"]:
                if definition["name"] == target:
                    definition.update({"required": True, "defaultValue": default})
    company.engine.save_schema(company.job, schema)


def test_without_a_value_nobody_is_created(company, server):
    """Only the search goes out; the object waits like any other that failed."""
    ana = company.person("ana")
    require(company, "title")
    company.turn_on()
    assert server.seen() == ['GET /Users?filter=userName eq "ana@contoso.com"']
    assert company.told() == [("Ana", "create", "MissingValues")]
    company.change(ana, jobTitle="Pilot")
    company.cycle()
    assert server.user("ana@contoso.com")["title"] == "Pilot"


def test_the_definitions_default_stands_in(company, server):
    company.person("ana")
    require(company, "title", default="Staff")
    company.turn_on()
    assert server.user("ana@contoso.com")["title"] == "Staff"


def test_an_account_that_is_there_is_taken_over_all_the_same(company, server):
    server.add("Users", {"schemas": [CORE_USER], "userName": "ana@contoso.com"})
    company.person("ana", department="Ops")
    require(company, "title")
    company.turn_on()
    assert company.told() == [("Ana", "update", "success")]


@pytest.mark.parametrize("kept", ["refused", "sent"])
def test_the_quirk_lets_the_target_judge(found, server: ScimServer, kept):
    """`required-without-value`."""
    company = found(required_without_value=kept)
    company.person("ana")
    require(company, "title")
    company.turn_on()
    assert ("POST /Users" in server.seen()) is (kept == "sent")

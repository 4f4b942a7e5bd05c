"""The quirk `reference-check`: the search of use-scim-to-provision-users-and-groups, Example 4 (read 2026-11-29)."""

import pytest

from tests.azure_ad.scim_server import reply, shown

MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


@pytest.fixture
def company(found):
    return found(reference_check=True)


def answering(server, total):
    """Answer each such search with a number of resources."""

    def rule(request):
        if "attributes=id" not in request.url:
            return None
        return reply(200, {"totalResults": total, "Resources": [{"id": "u1"}] * total})

    server.rules.append(rule)


def test_what_the_target_has_is_not_sent(company, server):
    ana, ben = company.person("ana"), company.person("ben")
    company.directory.set_manager(ana, ben)
    answering(server, 1)
    company.turn_on()
    asked = [shown(request) for request in server.requests if "attributes=id" in request.url]
    assert asked == [f'/Users?filter=id eq "u1" and {MANAGER} eq "u2"&attributes=id']
    assert server.bodies("PATCH") == []
    assert company.told()[-1] == ("Ana", "update", "RedundantExport")


def test_what_the_target_lacks_is_sent(company, server):
    company.group("Office", (company.person("ana"),))
    answering(server, 0)
    company.turn_on()
    (body,) = server.bodies("PATCH")
    assert body["Operations"][0]["path"] == "members"

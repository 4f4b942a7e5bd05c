"""What Graph's v1.0 has and beta has not, and the other way round, on the pages that users of provisioning ask for.

Taken from the models of msgraph-sdk 1.65.0 and msgraph-beta-sdk 1.66.0, which are generated from Graph's own metadata.
"""

import pytest

from tests.azure_ad.caller import Caller

ONLY_V1 = "v1.0"
ONLY_BETA = "beta"
# A property, the page that shows it, and the version that has it.
DIFFERENCES = (
    ("oauth2PermissionScopes", "/servicePrincipals/{app}", ONLY_V1),
    ("publishedPermissionScopes", "/servicePrincipals/{app}", ONLY_BETA),
    ("publisherName", "/servicePrincipals/{app}", ONLY_BETA),
    ("samlMetadataUrl", "/servicePrincipals/{app}", ONLY_BETA),
    ("createdDateTime", "/servicePrincipals/{app}/appRoleAssignedTo", ONLY_V1),
    ("creationTimestamp", "/servicePrincipals/{app}/appRoleAssignedTo", ONLY_BETA),
    ("action", "/auditLogs/provisioning", ONLY_BETA),
    ("statusInfo", "/auditLogs/provisioning", ONLY_BETA),
    ("userAgent", "/auditLogs/directoryAudits", ONLY_BETA),
    ("membershipRuleProcessingStatus", "/groups", ONLY_BETA),
)


@pytest.fixture
def graph(company):
    """Somebody is provisioned, so that no list is empty."""
    company.group("Office", (company.person("ana"),))
    company.turn_on()
    return Caller(company)


@pytest.mark.parametrize(("name", "path", "version"), DIFFERENCES)
def test_one_version_has_it_and_the_other_does_not_know_it(graph, name, path, version):
    other = ONLY_BETA if version == ONLY_V1 else ONLY_V1
    for query in ("", f"?$select={name}"):
        assert name in _first(graph.get(path + query, version=version))
    assert name not in _first(graph.get(path, version=other))
    status, _, message = graph.fail("GET", f"{path}?$select={name}", version=other)
    assert (status, name in message) == (400, True)
    assert f'Property Name="{name}"' in _metadata(graph, version)


@pytest.mark.parametrize("query", ["$filter={} eq 2026-11-30T00:00:00Z", "$orderby={}"])
def test_a_property_of_the_other_version_is_unknown_in_filters_and_orders(graph, query):
    for name, own, other in (
        ("createdDateTime", ONLY_V1, ONLY_BETA),
        ("creationTimestamp", ONLY_BETA, ONLY_V1),
    ):
        path = f"/servicePrincipals/{{app}}/appRoleAssignedTo?{query.format(name)}"
        assert "value" in graph.get(path, version=own)
        status, _, message = graph.fail("GET", path, version=other)
        assert (status, f"'{name}'" in message) == (400, True)


def test_the_metadata_of_each_version_has_its_own_name_for_an_api_s_scopes(graph):
    assert 'Name="publishedPermissionScopes"' not in _metadata(graph, ONLY_V1)
    (api,) = graph.get("/servicePrincipals?$filter=displayName eq 'Microsoft Graph'")["value"]
    (same,) = graph.get("/servicePrincipals?$filter=displayName eq 'Microsoft Graph'", version=ONLY_BETA)[
        "value"
    ]
    assert same["publishedPermissionScopes"] == api["oauth2PermissionScopes"] != []


def _first(answer):
    return answer["value"][0] if "value" in answer else answer


def _metadata(graph, version):
    return graph("GET", "/$metadata", version=version).body.decode()

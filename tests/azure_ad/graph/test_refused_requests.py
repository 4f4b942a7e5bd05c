"""What Graph refuses, each with the status and the part that the answer names; nothing is changed by it."""

import pytest

NOBODY = "00000000-0000-0000-0000-0000000000aa"
# Method, path (with {user}, {group}, {app}, {registration}, {other} for ids), body, status, and what the message says.
REFUSED = (
    (
        "POST",
        "/users/{user}/assignLicense",
        {"addLicenses": [], "removeLicenses": [NOBODY]},
        400,
        "corresponding license",
    ),
    (
        "POST",
        "/users/{user}/assignLicense",
        {"addLicenses": [{"skuId": 7}], "removeLicenses": []},
        400,
        "addLicenses",
    ),
    (
        "POST",
        "/groups/{group}/assignLicense",
        {"addLicenses": [], "removeLicenses": [7]},
        400,
        "removeLicenses",
    ),
    ("POST", "/users/{user}/assignLicense", {"addLicenses": []}, 400, "removeLicenses"),
    (
        "POST",
        "/users/{user}/changePassword",
        {"currentPassword": "a", "newPassword": ""},
        400,
        "newPassword",
    ),
    ("POST", "/users/{user}/changePassword", {"newPassword": "b"}, 400, "currentPassword"),
    ("POST", "/users/{user}/exportPersonalData", {"storageLocation": 7}, 400, "storageLocation"),
    ("POST", "/groups/{group}/validateProperties", {}, 400, "displayName or mailNickname"),
    ("POST", "/directoryObjects/validateProperties", {"displayName": 7}, 400, "displayName"),
    ("POST", f"/groups/{NOBODY}/validateProperties", {"displayName": "x"}, 404, NOBODY),
    ("POST", "/users/{user}/getMemberGroups", {"securityEnabledOnly": "perhaps"}, 400, "securityEnabledOnly"),
    (
        "POST",
        "/directoryObjects/getAvailableExtensionProperties",
        {"isSyncedFromOnPremises": 7},
        400,
        "isSyncedFromOnPremises",
    ),
    ("POST", "/domains/contoso.com/forceDelete", {"disableUserAccounts": 7}, 400, "disableUserAccounts"),
    (
        "POST",
        "/applications/{registration}/addPassword",
        {"passwordCredential": 7},
        400,
        "passwordCredential",
    ),
    (
        "POST",
        "/applications/{registration}/addPassword",
        {"passwordCredential": {"endDateTime": "soon"}},
        400,
        "endDateTime",
    ),
    ("POST", "/applications/{registration}/removePassword", {"keyId": 7}, 400, "keyId"),
    ("POST", "/applications/{registration}/setVerifiedPublisher", {}, 400, "verifiedPublisherId"),
    (
        "POST",
        "/applications/{registration}/extensionProperties",
        {"name": "cost", "dataType": "Money", "targetObjects": ["User"]},
        400,
        "dataType",
    ),
    ("GET", f"/applications/{{registration}}/extensionProperties/{NOBODY}", None, 404, NOBODY),
    ("GET", f"/applications/{{registration}}/federatedIdentityCredentials/{NOBODY}", None, 404, NOBODY),
    (
        "POST",
        "/servicePrincipals/{app}/addTokenSigningCertificate",
        {"displayName": "AWS"},
        400,
        "begins with CN=",
    ),
    (
        "POST",
        "/servicePrincipals/{app}/addTokenSigningCertificate",
        {"displayName": "CN=AWS", "endDateTime": "2100-01-01T00:00:00Z"},
        400,
        "endDateTime",
    ),
    (
        "POST",
        "/servicePrincipals/{app}/appRoleAssignments",
        {"principalId": NOBODY, "resourceId": "{app}", "appRoleId": NOBODY},
        400,
        "principalId",
    ),
    ("GET", f"/servicePrincipals/{{app}}/appRoleAssignedTo/{NOBODY}", None, 404, NOBODY),
    (
        "DELETE",
        f"/servicePrincipals/{{app}}/delegatedPermissionClassifications/{NOBODY}",
        None,
        404,
        NOBODY,
    ),
    ("DELETE", f"/oauth2PermissionGrants/{NOBODY}", None, 404, NOBODY),
    ("GET", f"/oauth2PermissionGrants/{NOBODY}", None, 404, NOBODY),
    ("GET", f"/organization/{NOBODY}", None, 404, NOBODY),
    ("GET", f"/applicationTemplates/{NOBODY}", None, 404, NOBODY),
    ("GET", "/users/{user}/manager/$ref", None, 404, "manager"),
    ("GET", "/auditLogs/provisioning?$skip=many", None, 400, "many"),
    ("GET", "/users/{user}/businessPhones/$value", None, 404, "$value"),
    ("PATCH", "/users/{user}", {"passwordProfile": "secret"}, 400, "passwordProfile"),
)


@pytest.fixture
def ids(company):
    """Return the ids that the addresses name."""
    registration = company.graph("POST", "/applications", {"displayName": "Tool"}).json()["id"]
    company.graph("GET", "/applications")  # makes the registrations behind service principals
    return {
        "user": company.person("ana"),
        "group": company.group("Office"),
        "app": company.app,
        "registration": registration,
    }


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), REFUSED, ids=str)
def test_a_bad_request_is_told_what_is_wrong_and_changes_nothing(
    company, ids, method, path, body, status, words
):
    if body is not None and body.get("resourceId"):
        body = {**body, "resourceId": ids["app"]}
    before = company.rows()
    answer = company.graph(method, path.format(**ids), body)
    assert (answer.status, company.rows() == before) == (status, True)
    assert words in answer.json()["error"]["message"]


def test_an_assignment_is_found_under_its_own_application_and_principal_alone(company, ids):
    (assignment,) = company.graph("GET", f"/users/{ids['user']}/appRoleAssignments").json()["value"]
    key = assignment["id"]
    other = company.graph("POST", "/servicePrincipals", {"appId": _app_id(company, ids)}).json()["id"]
    ben = company.person("ben")
    for path in (
        f"/servicePrincipals/{other}/appRoleAssignedTo/{key}",
        f"/users/{ben}/appRoleAssignments/{key}",
    ):
        assert company.graph("GET", path).status == 404
    for path in (
        f"/servicePrincipals/{ids['app']}/appRoleAssignedTo/{key}",
        f"/users/{ids['user']}/appRoleAssignments/{key}",
    ):
        assert company.graph("GET", path).json()["id"] == key


def _app_id(company, ids):
    return company.graph("GET", f"/applications/{ids['registration']}").json()["appId"]


def test_an_extension_has_its_name_once(company, ids):
    path = f"/applications/{ids['registration']}/extensionProperties"
    body = {"name": "cost", "dataType": "String", "targetObjects": ["User"]}
    assert company.graph("POST", path, body).status == 201
    answer = company.graph("POST", path, body)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "Request_BadRequest")
    assert "exists with the name" in answer.json()["error"]["message"]

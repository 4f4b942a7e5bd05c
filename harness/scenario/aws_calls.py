"""How SDKs write calls of AWS: `sso` and `sso-oidc` by method and path, the other services by a target and a signing name.

Taken from the service models that AWS publishes with its SDKs (https://github.com/boto/botocore, botocore/data of 1.44.5, read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from harness.base.errors import HarnessError, nearest
from harness.wire.message import Request, json_request

# What begins X-Amz-Target, and the name in signatures.
TARGETS: Mapping[str, tuple[str, str]] = {
    "identitystore": ("AWSIdentityStore", "identitystore"),
    "cloudtrail": ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "cloudtrail"),
    "organizations": ("AWSOrganizationsV20161128", "organizations"),
    "sso-admin": ("SWBExternalService", "sso"),
}
REST: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "sso": {
        "GetRoleCredentials": ("GET", "/federation/credentials"),
        "ListAccountRoles": ("GET", "/assignment/roles"),
        "ListAccounts": ("GET", "/assignment/accounts"),
        "Logout": ("POST", "/logout"),
    },
    "sso-oidc": {
        "CreateToken": ("POST", "/token"),
        "RegisterClient": ("POST", "/client/register"),
        "StartDeviceAuthorization": ("POST", "/device_authorization"),
    },
}
_BEARER = ("accessToken", "x-amz-sso_bearer_token")
_QUERY = {
    "accountId": "account_id",
    "maxResults": "max_result",
    "nextToken": "next_token",
    "roleName": "role_name",
}


def rest_request(origin: str, service: str, operation: str, parameters: Mapping[str, Any]) -> Request:
    """Return the request. Raises HarnessError for an operation that the service does not have."""
    operations = REST[service]
    if operation not in operations:
        hint = nearest(operation, operations)
        raise HarnessError(f"{service} has no operation '{operation}'{hint}")
    method, path = operations[operation]
    if service == "sso-oidc":
        return json_request(method, origin + path, parameters)
    query = {_QUERY.get(name, name): value for name, value in parameters.items() if name != _BEARER[0]}
    headers = ((_BEARER[1], str(parameters[_BEARER[0]])),) if _BEARER[0] in parameters else ()
    return Request(method, f"{origin}{path}?{urlencode(query)}" if query else origin + path, headers)

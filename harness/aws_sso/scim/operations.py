"""The table of SCIM operations, by method and path.

The operations and their paths: https://docs.aws.amazon.com/singlesignon/latest/developerguide/supported-apis.html (read 2026-11-29);
the answers to all other requests are quirks.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.aws_sso.refusals import Refused
from harness.aws_sso.scim import discovery, groups, users
from harness.aws_sso.scim.call import Answer, Call, Operation
from harness.base.quirks import Quirks

# Method, collection, whether an id follows.
OPERATIONS: Mapping[tuple[str, str, bool], Operation] = {
    ("POST", "Users", False): Operation("CreateUser", users.create, has_body=True),
    ("GET", "Users", True): Operation("GetUser", users.get, read_only=True),
    ("GET", "Users", False): Operation("ListUsers", users.find, read_only=True),
    ("PUT", "Users", True): Operation("PutUser", users.put, has_body=True),
    ("PATCH", "Users", True): Operation("PatchUser", users.patch, has_body=True),
    ("DELETE", "Users", True): Operation("DeleteUser", users.delete),
    ("POST", "Groups", False): Operation("CreateGroup", groups.create, has_body=True),
    ("GET", "Groups", True): Operation("GetGroup", groups.get, read_only=True),
    ("GET", "Groups", False): Operation("ListGroups", groups.find, read_only=True),
    ("PATCH", "Groups", True): Operation("PatchGroup", groups.patch, has_body=True),
    ("DELETE", "Groups", True): Operation("DeleteGroup", groups.delete),
    ("GET", "ServiceProviderConfig", False): Operation(
        "ServiceProviderConfig", discovery.service_provider_config, read_only=True
    ),
    ("GET", "Schemas", False): Operation("ListSchemas", discovery.schemas, read_only=True),
    ("GET", "Schemas", True): Operation("GetSchema", discovery.schema, read_only=True),
    ("GET", "ResourceTypes", False): Operation("ListResourceTypes", discovery.resource_types, read_only=True),
}
_ENDPOINTS = frozenset((collection, has_id) for _, collection, has_id in OPERATIONS)
_LATER_ENDPOINTS = frozenset({"Schemas", "ResourceTypes"})


def operation_of(method: str, rest: str, quirks: Quirks) -> tuple[Operation, str]:
    """Return the operation and resource id of a path below `/scim/v2`; one that refuses for what is not supported."""
    if rest.startswith("//"):
        if quirks["double-slash"] != "accepted":
            return _unsupported(quirks["double-slash"]), ""
        rest = rest[1:]
    before, _, tail = rest.removesuffix("/").partition("/")
    collection, slash, resource_id = tail.partition("/")
    endpoint = (collection, bool(slash))
    later = collection in _LATER_ENDPOINTS and not quirks["schema-discovery"]
    if before or endpoint not in _ENDPOINTS or "/" in resource_id or later:
        return _unsupported(quirks["unknown-endpoint"]), ""
    operation = OPERATIONS.get((method, *endpoint))
    if operation is not None:
        return operation, resource_id
    if (method, *endpoint) == ("PUT", "Groups", True):
        return _unsupported(quirks["put-group"]), ""
    return _unsupported(quirks["unsupported-method"]), ""


def _unsupported(error: str) -> Operation:
    def refuse(_: Call) -> Answer:
        raise Refused(error)

    return Operation("", refuse)

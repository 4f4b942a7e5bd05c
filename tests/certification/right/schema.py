"""What a right server keeps: the attributes of users and groups, and what it says of itself."""

from __future__ import annotations

from typing import Any

from harness.scim.names import (
    CORE_GROUP,
    CORE_USER,
    ENTERPRISE_USER,
    RESOURCE_TYPE,
    SCHEMA,
    SERVICE_PROVIDER_CONFIG,
)

URNS = (CORE_USER, CORE_GROUP, ENTERPRISE_USER)
CASE_EXACT = ("id", "externalid", "$ref")
_ELEMENT = ("value", "type", "primary", "display")
_ADDRESS = ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary")
_NAME = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
# Attribute to sub-attributes; an empty tuple for a plain value. Those of `MANY` are lists.
ATTRIBUTES: dict[str, dict[str, tuple[str, ...]]] = {
    CORE_USER: {
        **dict.fromkeys(
            (
                "externalId",
                "userName",
                "displayName",
                "nickName",
                "profileUrl",
                "title",
                "userType",
                "preferredLanguage",
            ),
            (),
        ),
        **dict.fromkeys(("locale", "timezone", "active", "password"), ()),
        "name": _NAME,
        "addresses": _ADDRESS,
        **dict.fromkeys(
            ("emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates"), _ELEMENT
        ),
        "groups": ("value", "$ref", "display", "type"),
    },
    CORE_GROUP: {"externalId": (), "displayName": (), "members": ("value", "$ref", "type", "display")},
    ENTERPRISE_USER: {
        **dict.fromkeys(("employeeNumber", "costCenter", "organization", "division", "department"), ()),
        "manager": ("value", "$ref", "displayName"),
    },
}
MANY = frozenset(
    (
        "addresses",
        "emails",
        "phoneNumbers",
        "ims",
        "photos",
        "entitlements",
        "roles",
        "x509Certificates",
        "groups",
        "members",
    )
)
# RFC 7643, 4.1.2 and 8.7.1: the canonical types, without which the gallery's validation finds no typed path.
TYPES = {
    "emails": ["work", "home", "other"],
    "phoneNumbers": ["work", "home", "mobile", "fax", "pager", "other"],
    "addresses": ["work", "home", "other"],
}
MOST_OPERATIONS, MOST_BYTES = 100, 2**20
CORE = {"Users": CORE_USER, "Groups": CORE_GROUP}
TYPE = {"Users": "User", "Groups": "Group"}


def service_provider_config() -> Any:
    return {
        "schemas": [SERVICE_PROVIDER_CONFIG],
        **{name: {"supported": True} for name in ("patch", "changePassword", "sort", "etag")},
        "changePassword": {"supported": False},
        "bulk": {"supported": True, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": MOST_BYTES},
        "filter": {"supported": True, "maxResults": 1000},
        "authenticationSchemes": [
            {"type": "oauthbearertoken", "name": "Bearer", "description": "A bearer token"}
        ],
    }


def resource_types(base: str) -> list[Any]:
    return [
        {
            "schemas": [RESOURCE_TYPE],
            "id": TYPE[kind],
            "name": TYPE[kind],
            "endpoint": f"/{kind}",
            "schema": CORE[kind],
            **(
                {"schemaExtensions": [{"schema": ENTERPRISE_USER, "required": False}]}
                if kind == "Users"
                else {}
            ),
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{TYPE[kind]}"},
        }
        for kind in CORE
    ]


def schemas(base: str) -> list[Any]:
    return [
        {
            "schemas": [SCHEMA],
            "id": urn,
            "name": urn.rpartition(":")[2],
            "attributes": [_attribute(name, subs) for name, subs in attributes.items()],
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, attributes in ATTRIBUTES.items()
    ]


def _attribute(name: str, subs: tuple[str, ...], of: str = "") -> Any:
    kind = "complex" if subs else "boolean" if name in ("active", "primary") else "string"
    return {
        "name": name,
        "type": kind,
        "multiValued": name in MANY,
        "required": name == "userName",
        "caseExact": name.lower() in CASE_EXACT,
        "mutability": "readOnly" if name == "groups" else "readWrite",
        "returned": "never" if name == "password" else "default",
        "uniqueness": "server" if name == "userName" else "none",
        **({"canonicalValues": TYPES[of]} if name == "type" and of in TYPES else {}),
        **({"subAttributes": [_attribute(sub, (), name) for sub in subs]} if subs else {}),
    }

"""RFC 7643 on whether what a server says of itself fits: types and schemas, characteristics, the claim of PATCH.

Source: RFC 7643, 5, 6, 7 and 8.7.1, and RFC 7644, 4, https://datatracker.ietf.org/doc/html/rfc7643 (read 2026-11-29).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_list,
    require_resource,
    require_resources,
    require_status,
    require_value,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER

# What RFC 7643, 8.7.1, says of some of a user's attributes: name, characteristic, value.
_SAID: tuple[tuple[str, str, Any], ...] = (
    ("userName", "required", True),
    ("userName", "caseExact", False),
    ("userName", "multiValued", False),
    ("password", "returned", "never"),
    ("groups", "mutability", "readOnly"),
    ("emails", "multiValued", True),
    ("active", "type", "boolean"),
)
# What a characteristic is where a schema does not say (RFC 7643, 2.2).
_UNSAID = {"required": False, "caseExact": False, "multiValued": False}


def _types_fit(bench: Bench) -> None:
    schemas = {str(each.get("id")) for each in _listed(bench, "/Schemas")}
    types = _listed(bench, "/ResourceTypes")
    label = "GET /ResourceTypes"
    require(CORE_USER in schemas, f"GET /Schemas: there is no {CORE_USER}")
    for urn in {CORE_USER, CORE_GROUP} & schemas:
        require(
            any(each.get("schema") == urn for each in types), f"{label}: no type has {urn}, as /Schemas has"
        )
    extensions = {str(one.get("schema")) for each in types for one in objects(each.get("schemaExtensions"))}
    if ENTERPRISE_USER in schemas:
        require(ENTERPRISE_USER in extensions, f"{label}: no type has {ENTERPRISE_USER}, as /Schemas has")
    for each in types:
        path = f"/{str(each.get('endpoint')).rpartition('/')[2]}?count=1"
        require_list(f"GET {path}, where {label} has {written(each.get('name'))}", bench.endpoint.get(path))


def _each_schema(bench: Bench) -> None:
    urns = [str(each.get("id")) for each in _listed(bench, "/Schemas")]
    require(CORE_USER in urns, f"GET /Schemas: there is no {CORE_USER}")
    for urn in urns:
        path = f"/Schemas/{quote(urn, safe=':')}"
        require_value(f"GET {path}, which GET /Schemas lists", bench.endpoint.get(path), "id", urn)


def _characteristics(bench: Bench) -> None:
    schema: Document = next((each for each in _listed(bench, "/Schemas") if each.get("id") == CORE_USER), {})
    attributes = {str(each.get("name")): each for each in objects(schema.get("attributes"))}
    require("userName" in attributes, f"GET /Schemas: {CORE_USER} has no userName")
    wrong = [
        f"{characteristic} of {name} is {written(attributes[name].get(characteristic))} instead of {written(setting)}"
        for name, characteristic, setting in _SAID
        if name in attributes and attributes[name].get(characteristic, _UNSAID.get(characteristic)) != setting
    ]
    require(not wrong, f"GET /Schemas: {'; '.join(wrong)}")


def _address_of_two(bench: Bench) -> None:
    listed = require_resources("GET /Schemas", bench.read("/Schemas"))
    schema: Document = next((each for each in listed if each.get("id") == CORE_USER), {})
    attributes = {str(each.get("name")): each for each in objects(schema.get("attributes"))}
    emails = attributes.get("emails", {})
    said = [each.get("uniqueness") for each in (emails, *objects(emails.get("subAttributes")))]
    if {"server", "global"} & set(said):
        raise SkippedError("/Schemas says that an address is one person's")
    _, made = new_user(bench)
    again = user(bench, emails=made["emails"])
    label = "POST /Users with somebody else's address"
    response = bench.endpoint.ask("POST", "/Users", again)
    require(
        response.status != 409,
        f"{label} answered 409, and /Schemas says no uniqueness of emails: say server there, or allow it",
    )
    require_status(label, response, 201)
    require_value(label, require_resource(label, response), "userName", again["userName"])


def _patch_claimed(bench: Bench) -> None:
    config = bench.endpoint.get("/ServiceProviderConfig")
    path, _ = new_user(bench)
    status = bench.endpoint.change(path, replaced("displayName", "Changed")).status
    claim = value(config, "patch.supported")
    require(
        claim is (status in (200, 204)),
        f"GET /ServiceProviderConfig: patch.supported is {written(claim)}, and PATCH {path} answered {status}",
    )


def _listed(bench: Bench, path: str) -> list[Document]:
    return require_resources(f"GET {path}", bench.endpoint.get(path))


CHECKS = (
    Check(
        "4 types fit",
        "RFC 7644 4 and RFC 7643 6: users, groups and the extension that the schemas have are among the types, and each "
        "type's endpoint answers a list (it follows; not said)",
        _types_fit,
        mandatory=False,
    ),
    Check(
        "4 each schema",
        "RFC 7644 4: each schema that is listed can be read by its id, extensions too",
        _each_schema,
        mandatory=False,
    ),
    Check(
        "7643 8.7.1 characteristics",
        "RFC 7643 8.7.1: userName is required, one, and not caseExact, password never returned, groups readOnly, emails a list, "
        "active a boolean",
        _characteristics,
        mandatory=False,
    ),
    Check(
        "7643 7 address of two",
        "RFC 7643 7: where the schemas say no uniqueness of emails, two users may have one address (hardly any client asks)",
        _address_of_two,
        mandatory=False,
    ),
    Check(
        "4 patch is claimed",
        "RFC 7643 5: patch.supported is true where PATCH works, and false where it does not",
        _patch_claimed,
        mandatory=False,
    ),
)

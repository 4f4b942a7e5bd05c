"""ServiceProviderConfig, Schemas and ResourceTypes, served from the JSON files beside this module.

Imitates serviceproviderconfig.html, listschemas.html, getschema.html and listresourcetypes.html of
https://docs.aws.amazon.com/singlesignon/latest/developerguide/, "Example" or "Examples" (read 2026-11-30), with the departures
from RFC 7643 that those pages print.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from harness.aws_sso.refusals import NOT_FOUND, Refused
from harness.aws_sso.scim.call import Answer, Call
from harness.base.tables import read_text
from harness.scim.names import CORE_USER, LIST_RESPONSE

# GetSchema's example describes the schema of users in other words than ListSchemas' does.
_ALONE: Mapping[str, Mapping[str, str]] = {CORE_USER: {"description": "User Account"}}


@cache
def _data(name: str) -> Any:
    return json.loads(read_text(__package__, f"{name}.json"))


def service_provider_config(call: Call) -> Answer:
    document = _data("service_provider_config")
    quirks = call.tenant.quirks
    most, pagination = quirks["announced-max-results"], quirks["announced-pagination"]
    return Answer(
        200,
        {
            **document,
            "filter": {"supported": True, "maxResults": most},
            **({"pagination": pagination} if pagination else {}),
        },
    )


def schemas(call: Call) -> Answer:
    del call
    located = [
        {**schema, "meta": {"resourceType": "Schema", "location": f"/v2/Schemas/{schema['id']}"}}
        for schema in _data("schemas")
    ]
    return Answer(200, _list(located))


def schema(call: Call) -> Answer:
    description = next((schema for schema in _data("schemas") if schema["id"] == call.resource_id), None)
    if description is None:
        raise Refused(NOT_FOUND)
    return Answer(200, {**description, **_ALONE.get(call.resource_id, {})})


def resource_types(call: Call) -> Answer:
    settings = call.tenant.settings
    base = f"{settings.scim_origin}/{settings.tenant_id}/scim/v2/ResourceTypes"
    located = [
        {**each, "meta": {"resourceType": "ResourceType", "location": f"{base}/{each['name']}"}}
        for each in _data("resource_types")
    ]
    return Answer(200, _list(located))


def _list(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": len(resources),
        "itemsPerPage": len(resources),
        "startIndex": 1,
        "Resources": resources,
    }

"""RFC 7644 on what a server says of itself, and whether that is true.

Whether filters and PATCH work as claimed is seen by their own checks; what is optional and claimed is tried here.

Source: RFC 7644, 3.4.2.3, 3.7, 3.14 and 4, and RFC 7643, 3.1, 5, 6 and 7,
https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from urllib.parse import quote

from harness.base.json_text import encode_text
from harness.certification.bench import Bench
from harness.certification.endpoint import document, require, resources
from harness.certification.suite import Check
from harness.certification.suites.answers import (
    expect,
    query,
    require_list,
    require_schema,
    require_value,
    value,
)
from harness.certification.suites.rfc7644_claims import need, need_claim, somebody
from harness.scim.names import CORE_USER, SERVICE_PROVIDER_CONFIG

_BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
_BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_FEATURES = ("patch", "bulk", "filter", "changePassword", "sort", "etag")
_NUMBERS = ("bulk.maxOperations", "bulk.maxPayloadSize", "filter.maxResults")


def _config(bench: Bench) -> None:
    told = "GET /ServiceProviderConfig"
    config = bench.endpoint.get("/ServiceProviderConfig")
    require_schema(told, config, SERVICE_PROVIDER_CONFIG)
    for name in _FEATURES:
        supported = value(config, f"{name}.supported")
        expect(isinstance(supported, bool), f"{told}: {name}.supported is {encode_text(supported)}")
    for name in _NUMBERS:
        number = value(config, name)
        expect(type(number) is int, f"{told}: {name} is {encode_text(number)} instead of a whole number")
    schemes = config.get("authenticationSchemes")
    expect(
        isinstance(schemes, list),
        f"{told}: authenticationSchemes is {encode_text(schemes)} instead of a list",
    )


def _resource_types(bench: Bench) -> None:
    told = "GET /ResourceTypes"
    listed = bench.endpoint.get("/ResourceTypes")
    require_list(told, listed)
    found = resources(listed, told)
    for each in found:
        for name in ("name", "endpoint", "schema"):
            expect(
                isinstance(each.get(name), str), f"{told}: a resource type has no {name}: {encode_text(each)}"
            )
    schemas = [each.get("schema") for each in found]
    expect(CORE_USER in schemas, f"{told}: no resource type has the schema {CORE_USER}")


def _schemas(bench: Bench) -> None:
    told = "GET /Schemas"
    listed = bench.endpoint.get("/Schemas")
    require_list(told, listed)
    there = {each.get("id"): each for each in resources(listed, told) if isinstance(each.get("id"), str)}
    expect(CORE_USER in there, f"{told}: there is no {CORE_USER}")
    attributes = there[CORE_USER].get("attributes")
    names = (
        [each.get("name") for each in attributes if isinstance(each, dict)]
        if isinstance(attributes, list)
        else []
    )
    expect("userName" in names, f"{told}: {CORE_USER} has no attribute userName")
    path = f"/Schemas/{quote(CORE_USER)}"
    require_value(f"GET {path}", bench.endpoint.get(path), "id", CORE_USER)


def _sort(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    shared = f"rfc-{bench.word()}"
    made = [somebody(bench, displayName=shared)[1]["userName"] for _ in range(3)]
    for order, names in (("ascending", sorted(made)), ("descending", sorted(made, reverse=True))):
        path = query("Users", f"displayName eq {encode_text(shared)}") + f"&sortBy=userName&sortOrder={order}"
        there = [each.get("userName") for each in resources(bench.endpoint.get(path), f"GET {path}")]
        expect(
            there == names, f"GET {path}: the order is {encode_text(there)} instead of {encode_text(names)}"
        )


def _etag(bench: Bench) -> None:
    need_claim(bench, "etag")
    path, _ = somebody(bench)
    response = bench.endpoint.ask("GET", path)
    require(response, 200, told=f"GET {path}")
    tag = response.header("ETag")
    expect(bool(tag), f"GET {path}: the answer has no ETag header")
    require_value(f"GET {path}", document(response, f"GET {path}"), "meta.version", tag)
    again = bench.endpoint.ask("GET", path, headers=(("If-None-Match", tag or ""),))
    require(again, 304, told=f"GET {path} with If-None-Match of its own version")


def _bulk(bench: Bench) -> None:
    need_claim(bench, "bulk")
    path, _ = somebody(bench)
    body = {"schemas": [_BULK_REQUEST], "Operations": [{"method": "DELETE", "path": path}]}
    response = bench.endpoint.ask("POST", "/Bulk", body)
    require(response, 200, told="POST /Bulk with one DELETE")
    answer = document(response, "POST /Bulk")
    require_schema("POST /Bulk", answer, _BULK_RESPONSE)
    operations = answer.get("Operations")
    expect(
        isinstance(operations, list)
        and [each.get("status") for each in operations if isinstance(each, dict)] == ["204"],
        f"POST /Bulk with one DELETE: Operations is {encode_text(operations)}",
    )
    require(bench.endpoint.ask("GET", path), 404, told=f"GET {path} after DELETE in a bulk")
    bench.endpoint.forget(path)


CHECKS = (
    Check(
        "4 ServiceProviderConfig",
        "RFC 7644 4 and RFC 7643 5: it can be read, with every feature's supported and limits, and authenticationSchemes",
        _config,
    ),
    Check(
        "4 ResourceTypes",
        "RFC 7644 4 and RFC 7643 6: it is a list of types with name, endpoint and schema, that of users among them",
        _resource_types,
    ),
    Check(
        "4 Schemas",
        "RFC 7644 4 and RFC 7643 7: it is a list of schemas; that of users has userName and can be read by its id",
        _schemas,
    ),
    Check(
        "3.4.2.3 sort", "RFC 7644 3.4.2.3: if sort is claimed, sortBy and sortOrder order the users", _sort
    ),
    Check(
        "3.14 etag",
        "RFC 7644 3.14 and RFC 7643 3.1: if etag is claimed, ETag and meta.version are the same, and If-None-Match of it "
        "is answered with 304",
        _etag,
    ),
    Check(
        "3.7 bulk", "RFC 7644 3.7: if bulk is claimed, a DELETE in a bulk deletes and tells status 204", _bulk
    ),
)

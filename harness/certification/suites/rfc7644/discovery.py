"""RFC 7644 on what a server says of itself, and whether that is true.

Whether filters and PATCH work as claimed is seen by their own checks; what is optional and claimed is tried here.

Source: RFC 7644, 3.4.2.3, 3.7, 3.14 and 4, and RFC 7643, 3.1, 5, 6 and 7,
https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from urllib.parse import quote

from harness.base.json_text import encode_text
from harness.certification.answers import (
    objects,
    query,
    require,
    require_document,
    require_list,
    require_members,
    require_resources,
    require_schema,
    require_status,
    require_value,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import group, new_user, user
from harness.certification.suites.rfc7644.claims import need, need_claim, need_groups
from harness.scim.names import CORE_USER, SERVICE_PROVIDER_CONFIG

_BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
_BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_FEATURES = ("patch", "bulk", "filter", "changePassword", "sort", "etag")
_NUMBERS = ("bulk.maxOperations", "bulk.maxPayloadSize", "filter.maxResults")


def _config(bench: Bench) -> None:
    label = "GET /ServiceProviderConfig"
    config = bench.endpoint.get("/ServiceProviderConfig")
    require_schema(label, config, SERVICE_PROVIDER_CONFIG)
    for name in _FEATURES:
        supported = value(config, f"{name}.supported")
        require(isinstance(supported, bool), f"{label}: {name}.supported is {encode_text(supported)}")
    for name in _NUMBERS:
        number = value(config, name)
        require(type(number) is int, f"{label}: {name} is {encode_text(number)} instead of a whole number")
    schemes = config.get("authenticationSchemes")
    require(
        isinstance(schemes, list),
        f"{label}: authenticationSchemes is {encode_text(schemes)} instead of a list",
    )


def _resource_types(bench: Bench) -> None:
    label = "GET /ResourceTypes"
    listed = bench.endpoint.get("/ResourceTypes")
    require_list(label, listed)
    resources = require_resources(label, listed)
    for each in resources:
        for name in ("name", "endpoint", "schema"):
            require(
                isinstance(each.get(name), str),
                f"{label}: a resource type has no {name}: {encode_text(each)}",
            )
    schemas = [each.get("schema") for each in resources]
    require(CORE_USER in schemas, f"{label}: no resource type has the schema {CORE_USER}")


def _schemas(bench: Bench) -> None:
    label = "GET /Schemas"
    listed = bench.endpoint.get("/Schemas")
    require_list(label, listed)
    there = {
        each.get("id"): each for each in require_resources(label, listed) if isinstance(each.get("id"), str)
    }
    require(CORE_USER in there, f"{label}: there is no {CORE_USER}")
    names = [each.get("name") for each in objects(there[CORE_USER].get("attributes"))]
    require("userName" in names, f"{label}: {CORE_USER} has no attribute userName")
    path = f"/Schemas/{quote(CORE_USER)}"
    require_value(f"GET {path}", bench.endpoint.get(path), "id", CORE_USER)


def _sort(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    shared = f"rfc-{bench.word()}"
    made = [new_user(bench, displayName=shared)[1]["userName"] for _ in range(3)]
    for order, names in (("ascending", sorted(made)), ("descending", sorted(made, reverse=True))):
        path = query("Users", f"displayName eq {encode_text(shared)}") + f"&sortBy=userName&sortOrder={order}"
        there = [each.get("userName") for each in require_resources(f"GET {path}", bench.endpoint.get(path))]
        require(
            there == names, f"GET {path}: the order is {encode_text(there)} instead of {encode_text(names)}"
        )


def _etag(bench: Bench) -> None:
    need_claim(bench, "etag")
    path, _ = new_user(bench)
    response = bench.endpoint.ask("GET", path)
    require_status(f"GET {path}", response, 200)
    tag = response.header("ETag")
    require(bool(tag), f"GET {path}: the answer has no ETag header")
    version = value(require_document(f"GET {path}", response), "meta.version")
    require(
        version in (None, tag),
        f"GET {path}: meta.version is {encode_text(version)} instead of the ETag {tag}",
    )
    again = bench.endpoint.ask("GET", path, headers=(("If-None-Match", tag or ""),))
    require_status(f"GET {path} with If-None-Match of its own version", again, 304)


def _bulk(bench: Bench) -> None:
    need_claim(bench, "bulk")
    path, _ = new_user(bench)
    body = {"schemas": [_BULK_REQUEST], "Operations": [{"method": "DELETE", "path": path}]}
    response = bench.endpoint.ask("POST", "/Bulk", body)
    require_status("POST /Bulk with one DELETE", response, 200)
    answer = require_document("POST /Bulk", response)
    require_schema("POST /Bulk", answer, _BULK_RESPONSE)
    operations = answer.get("Operations")  # RFC 7644 3.7.3 does not say whether a status is text
    require(
        [str(each.get("status")) for each in objects(operations)] == ["204"],
        f"POST /Bulk with one DELETE: Operations is {encode_text(operations)}",
    )
    require_status(f"GET {path} after DELETE in a bulk", bench.endpoint.ask("GET", path), 404)
    bench.endpoint.forget(path)


def _read_only(bench: Bench) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        response = bench.endpoint.ask("POST", path, {"schemas": [CORE_USER]})
        require(response.status >= 400, f"POST {path}: answered {response.status} instead of a refusal")
    path = f"/Schemas/{quote(CORE_USER)}"
    before = bench.endpoint.get(path)
    for method, body in (("PUT", {**before, "description": "changed by a client"}), ("DELETE", None)):
        response = bench.endpoint.ask(method, path, body)
        require(response.status >= 400, f"{method} {path}: answered {response.status} instead of a refusal")
    require(bench.endpoint.get(path) == before, f"GET {path} after PUT and DELETE: it has changed")


def _no_filter(bench: Bench) -> None:
    path = query("ResourceTypes", 'name eq "User"')
    require_status(f"GET {path}", bench.endpoint.ask("GET", path), 403)


def _sort_by_meta(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    shared = f"rfc-{bench.word()}"
    made = [new_user(bench, displayName=shared)[1]["userName"] for _ in range(3)]
    for order in ("ascending", "descending"):
        path = (
            query("Users", f"displayName eq {encode_text(shared)}")
            + f"&sortBy=meta.created&sortOrder={order}"
        )
        there = require_resources(f"GET {path}", bench.endpoint.get(path))
        times = [encode_text(value(each, "meta.created")) for each in there]
        right = sorted(times, reverse=order == "descending")
        require(len(there) == len(made), f"GET {path}: {len(there)} users instead of {len(made)}")
        require(times == right, f"GET {path}: the order is {', '.join(times)} instead of {', '.join(right)}")


def _bulk_id(bench: Bench) -> None:
    need_claim(bench, "bulk")
    need_groups(bench)
    person, members = user(bench), [{"value": "bulkId:one"}]
    body = {
        "schemas": [_BULK_REQUEST],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "one", "data": person},
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": "two",
                "data": {**group(bench), "members": members},
            },
        ],
    }
    response = bench.endpoint.ask("POST", "/Bulk", body)
    label = "POST /Bulk with a user and a group that has the user's bulkId for a member"
    require_status(label, response, 200)
    results = objects(require_document(label, response).get("Operations"))
    locations = {str(each.get("bulkId")): str(each.get("location")) for each in results}
    paths = {
        name: f"/{kind}/{locations.get(name, '').rpartition('/')[2]}"
        for name, kind in (("one", "Users"), ("two", "Groups"))
    }
    for path in paths.values():
        bench.endpoint.remember(path)
    statuses = [str(each.get("status")) for each in results]
    require(statuses == ["201", "201"], f"{label}: the statuses are {encode_text(statuses)}")
    require_value(f"GET {paths['one']}", bench.endpoint.get(paths["one"]), "userName", person["userName"])
    require_members(
        f"GET {paths['two']}", bench.endpoint.get(paths["two"]), [paths["one"].rpartition("/")[2]]
    )


CHECKS = (
    Check(
        "4 read-only",
        "RFC 7644 4 and 3.2: what a server says of itself cannot be changed by POST, PUT or DELETE",
        _read_only,
    ),
    Check(
        "4 no filter",
        "RFC 7644 4: a filter on ResourceTypes is refused with 403, not passed over (SHALL; hardly any client asks)",
        _no_filter,
        mandatory=False,
    ),
    Check(
        "3.4.2.3 sort by meta",
        "RFC 7644 3.4.2.3: if sort is claimed, users are ordered by meta.created, in both directions",
        _sort_by_meta,
    ),
    Check(
        "3.7.2 bulkId",
        "RFC 7644 3.7.2: if bulk is claimed, a group made in one bulk with a user has that user, named by bulkId, for a member",
        _bulk_id,
    ),
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
        "RFC 7644 3.14 and RFC 7643 3.1: if etag is claimed there is an ETag, which meta.version, if there, repeats; "
        "If-None-Match of it is answered with 304",
        _etag,
    ),
    Check(
        "3.7 bulk", "RFC 7644 3.7: if bulk is claimed, a DELETE in a bulk deletes and tells status 204", _bulk
    ),
)

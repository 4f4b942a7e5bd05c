"""RFC 7644 on what a server says of itself, and whether that is true.

Whether filters and PATCH work as claimed is seen by their own checks; what is optional and claimed is tried here.

Source: RFC 7644, 3.4.2.3, 3.7, 3.14 and 4, and RFC 7643, 3.1, 5, 6 and 7,
https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
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
    require_resources,
    require_schema,
    require_status,
    require_value,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_user
from harness.certification.suites.rfc7644.claims import need, need_claim
from harness.certification.suites.rfc7644.reading.alike import in_common, new_alike, shared_by
from harness.scim.names import CORE_USER, SERVICE_PROVIDER_CONFIG

_FEATURES = ("patch", "bulk", "filter", "changePassword", "sort", "etag")
_CHARACTERISTICS = (("name", str), ("type", str), ("multiValued", bool))
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


def _characteristics(bench: Bench) -> None:
    label = "GET /Schemas"
    schemas = require_resources(label, bench.endpoint.get("/Schemas"))
    described = [attribute for each in schemas for attribute in objects(each.get("attributes"))]
    require(bool(described), f"{label}: no attribute is described")
    for schema in schemas:
        for attribute in objects(schema.get("attributes")):
            for each in (attribute, *objects(attribute.get("subAttributes"))):
                lacking = [name for name, kind in _CHARACTERISTICS if not isinstance(each.get(name), kind)]
                require(
                    not lacking,
                    f"{label}: {attribute.get('name')} of {schema.get('id')} has no {' and no '.join(lacking)}",
                )


def _one_type(bench: Bench) -> None:
    listed = require_resources("GET /ResourceTypes", bench.endpoint.get("/ResourceTypes"))
    kind = next((each for each in listed if each.get("schema") == CORE_USER), {})
    path = f"/ResourceTypes/{quote(str(kind.get('id') or kind.get('name')))}"
    require_value(f"GET {path}", bench.endpoint.get(path), "schema", CORE_USER)


def _sort(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    people = new_alike(bench, 3)
    made, condition = [each["userName"] for each in people], shared_by(bench, people)
    for order, names in (("ascending", sorted(made)), ("descending", sorted(made, reverse=True))):
        path = query("Users", condition) + f"&sortBy=userName&sortOrder={order}"
        there = [each.get("userName") for each in bench.endpoint.get_all(path)]
        require(
            there == names, f"GET {path}: the order is {encode_text(there)} instead of {encode_text(names)}"
        )


def _sort_texts(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    shared, names = bench.name(), ["alpha", "Beta", "gamma"]
    people = [
        new_user(bench, **in_common(shared, bench.word()), name={"givenName": "Given", "familyName": name})[1]
        for name in reversed(names)
    ]
    path = query("Users", shared_by(bench, people)) + "&sortBy=name.familyName"
    listed = bench.endpoint.get_all(path)
    there = [value(each, "name.familyName") for each in listed]
    require(there == names, f"GET {path}: the order is {encode_text(there)} instead of {encode_text(names)}")


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


def _read_only(bench: Bench) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        response = bench.endpoint.ask("POST", path, {"schemas": [CORE_USER]})
        require(response.status >= 400, f"POST {path}: answered {response.status} instead of a refusal")
    for path in ("/ServiceProviderConfig", f"/Schemas/{quote(CORE_USER)}"):
        before = bench.endpoint.get(path)
        for method, body in (("PUT", {**before, "description": "changed by a client"}), ("DELETE", None)):
            response = bench.endpoint.ask(method, path, body)
            require(
                response.status >= 400, f"{method} {path}: answered {response.status} instead of a refusal"
            )
        require(bench.endpoint.get(path) == before, f"GET {path} after PUT and DELETE: it has changed")


def _no_filter(bench: Bench) -> None:
    path = query("ResourceTypes", 'name eq "User"')
    require_status(f"GET {path}", bench.endpoint.ask("GET", path), 403)


def _sort_by_meta(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    made = new_alike(bench, 3)
    condition = shared_by(bench, made)
    for order in ("ascending", "descending"):
        path = query("Users", condition) + f"&sortBy=meta.created&sortOrder={order}"
        there = bench.endpoint.get_all(path)
        times = [encode_text(value(each, "meta.created")) for each in there]
        right = sorted(times, reverse=order == "descending")
        require(len(there) == len(made), f"GET {path}: {len(there)} users instead of {len(made)}")
        require(times == right, f"GET {path}: the order is {', '.join(times)} instead of {', '.join(right)}")


CHECKS = (
    Check(
        "4 read-only",
        "RFC 7644 4 and 3.2: what a server says of itself cannot be changed by POST, PUT or DELETE",
        _read_only,
    ),
    Check(
        "4 no filter",
        "RFC 7644 4: a filter on ResourceTypes is refused with 403, not passed over (SHOULD)",
        _no_filter,
        mandatory=False,
    ),
    Check(
        "3.4.2.3 sort by meta",
        "RFC 7644 3.4.2.3: if sort is claimed, users are ordered by meta.created, in both directions",
        _sort_by_meta,
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
        "7643 7 characteristics",
        "RFC 7643 7 and 8.7.2: each attribute in the schemas has a name, a type, and multiValued",
        _characteristics,
        mandatory=False,
    ),
    Check(
        "4 one ResourceType",
        "RFC 7644 4: a resource type can be read by itself",
        _one_type,
        mandatory=False,
    ),
    Check(
        "3.4.2.3 sort", "RFC 7644 3.4.2.3: if sort is claimed, sortBy and sortOrder order the users", _sort
    ),
    Check(
        "3.4.2.3 sort texts",
        "RFC 7644 3.4.2.3: if sort is claimed, texts without case are ordered without it, ascending unless said otherwise",
        _sort_texts,
    ),
    Check(
        "3.14 etag",
        "RFC 7644 3.14 and RFC 7643 3.1: if etag is claimed there is an ETag, which meta.version, if there, repeats; "
        "If-None-Match of it is answered with 304",
        _etag,
    ),
)

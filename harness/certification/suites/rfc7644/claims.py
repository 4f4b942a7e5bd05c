"""What a server says of itself and keeps, which decides whether a check of RFC 7644 applies.

Source: RFC 7644, 4, and RFC 7643, 5 and 6, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    excerpt,
    objects,
    query,
    require,
    require_document,
    require_resources,
    require_status,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.suites import people
from harness.certification.suites.people import new_user
from harness.certification.suites.samples import DOMAIN
from harness.wire.message import Response

SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
NOT_OFFERED = (400, 404, 405, 501)  # where an address is not there
_FIXED = ("none", "immutable", "readOnly")  # none stands for an attribute that is not there
# Attributes that nobody has to have (RFC 7643, 4.1.1), with a value to set.
_OPTIONAL = {"title": "Pilot", "nickName": "Ace", "preferredLanguage": "de-DE"}


def need(bench: Bench, feature: str) -> None:
    """Raise SkippedError when ServiceProviderConfig says that a feature (`patch`) is not supported."""
    config = _config(bench).get(feature)
    if isinstance(config, dict) and config.get("supported") is False:
        raise SkippedError(f"ServiceProviderConfig says {feature}: {encode_text(config)}")


def need_claim(bench: Bench, feature: str) -> None:
    """Raise SkippedError unless ServiceProviderConfig claims a feature that is optional."""
    config = _config(bench).get(feature)
    if not isinstance(config, dict) or config.get("supported") is not True:
        raise SkippedError(f"ServiceProviderConfig says {feature}: {encode_text(config)}")


def need_groups(bench: Bench) -> None:
    """Raise SkippedError when the resource types can be read and have no groups, or somebody says that there are none."""
    people.need_groups(bench)
    try:
        listed = require_resources("GET /ResourceTypes", bench.read("/ResourceTypes"))
    except FailedError:
        return
    endpoints = [each.get("endpoint") for each in listed]
    if listed and not any(isinstance(each, str) and each.endswith("/Groups") for each in endpoints):
        raise SkippedError(f"ResourceTypes lists no /Groups: {encode_text(endpoints)}")


def described_names(bench: Bench, urn: str) -> list[Any]:
    """Return the names of a schema's attributes, as far as the schemas can be read."""
    return [each.get("name") for each in _described(bench, urn)]


def described_parts(bench: Bench, urn: str, name: str) -> list[Any]:
    """Return the names of the sub-attributes of a schema's attribute, as far as the schemas can be read."""
    attribute = next((each for each in _described(bench, urn) if each.get("name") == name), {})
    return [each.get("name") for each in objects(attribute.get("subAttributes"))]


def is_case_exact(bench: Bench, urn: str, name: str, part: str) -> bool:
    """Tell whether the schemas say that part of an attribute is told by its case, too."""
    attribute = next((each for each in _described(bench, urn) if each.get("name") == name), {})
    parts = objects(attribute.get("subAttributes"))
    return any(each.get("name") == part and each.get("caseExact") is True for each in parts)


def is_writable(bench: Bench, urn: str, name: str) -> bool:
    """Tell whether the schemas, as far as they can be read, let a client set and change an attribute (RFC 7643, 7: mutability)."""
    described = _described(bench, urn)
    attribute: Document = next((each for each in described if each.get("name") == name), {})
    return not described or attribute.get("mutability", "" if attribute else "none") not in _FIXED


def need_writable(bench: Bench, urn: str, name: str) -> None:
    """Raise SkippedError where the schemas say that an attribute is not there, or stays as it was made."""
    if not is_writable(bench, urn, name):
        raise SkippedError(f"{name} cannot be changed, say the schemas")


def need_two_addresses(bench: Bench) -> None:
    """Raise SkippedError where a user with two addresses is refused."""
    emails = [{"value": f"{bench.name()}@{DOMAIN}", "type": kind} for kind in ("work", "home")]
    response = bench.endpoint.ask("POST", "/Users", people.user(bench, emails=emails))
    if response.status == 400:
        raise SkippedError(f"a user with two addresses is refused: {excerpt(response)}")


def _described(bench: Bench, urn: str) -> list[Document]:
    try:
        listed = require_resources("GET /Schemas", bench.read("/Schemas"))
    except FailedError:
        return []
    schema = next((each for each in listed if each.get("id") == urn), {})
    return objects(schema.get("attributes"))


def new_user_with_an_option(bench: Bench) -> tuple[str, str, str]:
    """Create a user; return the path, and name and value of an attribute beyond the usual that the server keeps."""
    path, _ = new_user(bench, **_OPTIONAL)
    there = bench.endpoint.get(path)
    for name, set_value in _OPTIONAL.items():
        if there.get(name) == set_value:
            return path, name, set_value
    raise SkippedError(f"the server keeps none of {', '.join(_OPTIONAL)}")


def require_chosen(bench: Bench, condition: str, ids: Sequence[str], kind: str = "Users") -> None:
    """Demand as `require_found` does. Raises SkippedError for 400 and invalidFilter, as RFC 7644 3.4.2.2 lets a server decline."""
    response = need_taken(bench, condition, kind)
    _require_ids(bench, response, condition, ids, kind)


def need_taken(bench: Bench, condition: str, kind: str) -> Response:
    """Return the answer to a filter. Raises SkippedError where it is declined (400 and invalidFilter)."""
    label = f"GET {query(kind, condition)}"
    response = bench.endpoint.ask("GET", query(kind, condition))
    if response.status == 400 and require_document(label, response).get("scimType") == "invalidFilter":
        raise SkippedError(
            f"the filter '{condition}' is declined with invalidFilter, as RFC 7644 3.4.2.2 allows"
        )
    return response


def declined_of(bench: Bench, conditions: Mapping[str, Sequence[str]], kind: str = "Users") -> list[str]:
    """Demand as `require_chosen` does of each filter that is taken, with the ids it is to choose; return why others are declined."""
    reasons: list[str] = []
    for condition, ids in conditions.items():
        try:
            require_chosen(bench, condition, ids, kind)
        except SkippedError as skipped:
            reasons.append(str(skipped))
    return reasons


def need_all_taken(declined: Sequence[str]) -> None:
    """Raise SkippedError where any filter was declined, once all were asked: what is declined hides no fault of the others."""
    if declined:
        more = f"; {len(declined) - 1} more filters asked here are declined, too" if declined[1:] else ""
        raise SkippedError(f"{declined[0]}{more}")


def need_one_taken(declined: Sequence[Sequence[str]]) -> None:
    """Raise SkippedError where of several lists of `declined_of` none is empty."""
    if all(declined):
        raise SkippedError(declined[0][0])


def require_found(bench: Bench, condition: str, ids: Sequence[str]) -> None:
    """Demand that a filter finds users of these ids alone. Raises SkippedError for 501 where no filters are claimed."""
    _require_ids(bench, bench.endpoint.ask("GET", query("Users", condition)), condition, ids, "Users")


def _require_ids(bench: Bench, response: Response, condition: str, ids: Sequence[str], kind: str) -> None:
    label = f"GET {query(kind, condition)}"
    if response.status == 501:
        need_claim(bench, "filter")
    require_status(label, response, 200)
    page = require_document(label, response)
    resources = [*require_resources(label, page), *bench.endpoint.rest(query(kind, condition), page)]
    found_ids = {encode_text(each.get("id")) for each in resources}
    require(
        len(resources) == len(found_ids),
        f"the filter '{condition}' finds {len(resources) - len(found_ids)} {kind.lower()} more than once",
    )
    right_ids = set(map(encode_text, ids))
    right = f", {len(found_ids & right_ids)} of them right" if found_ids and right_ids else ""
    require(
        found_ids == right_ids,
        f"the filter '{condition}' finds {len(found_ids) or 'no'} {kind.lower()}{right}, where {len(right_ids) or 'none'} "
        f"{'fits' if len(right_ids) < 2 else 'fit'}",
    )


def _config(bench: Bench) -> Document:
    try:
        return bench.read("/ServiceProviderConfig")
    except FailedError:
        return {}


def searched(bench: Bench, label: str, options: Document) -> Document:
    """Return the answer to a search for users by POST (3.4.3). Raises SkippedError where that is not offered."""
    response = bench.endpoint.ask("POST", "/Users/.search", {"schemas": [SEARCH_REQUEST], **options})
    if response.status in NOT_OFFERED:
        raise SkippedError(f"{label} answered {response.status}")
    require_status(label, response, 200)
    return require_document(label, response)

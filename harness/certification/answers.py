"""Demands on a server's answers; whatever comes, a check fails with a reason: what was asked (`label`), what came, what was wanted.

Whatever begins with `require` raises FailedError.

Source: RFC 7644, 3.4.2 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.outcomes import FailedError
from harness.scim.names import ERROR, LIST_RESPONSE
from harness.scim.path import get, parse_path, read
from harness.wire.message import Response
from harness.wire.sockets.network import MAX_ANSWER

_LONGEST_ANSWER = 300  # characters of an answer that a reason repeats
_LONGEST_VALUE = 120  # characters of a value
_MOST_LISTED = 5  # values that are not as wanted


def address(collection: str, resource: Document) -> str:
    """Return the path of a resource that has an id: `/Users/{id}`."""
    return f"{collection}/{quote(str(resource['id']), safe='')}"


def query(kind: str, condition: str) -> str:
    """Return the path that asks for the resources of a kind (`Users`) that a filter chooses."""
    return f"/{kind}?filter={quote(condition)}"


def value(resource: Document, path: str) -> Any:
    """Return what a resource has at a SCIM path, None for nothing."""
    return read(resource, parse_path(path))


def objects(value: Any) -> list[Document]:
    """Return the objects in a value that should be a list of objects; an empty list if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def no_answer(kind: str) -> str:
    """Return the words for a TransportError of this kind, for use in a reason."""
    words = f"more than {MAX_ANSWER // 2**20} MiB" if kind == "too large" else kind
    return f"no answer ({words})"


def excerpt(response: Response) -> str:
    """Return the beginning of an answer's body, to be quoted in a reason."""
    return _short(response.body.decode("utf-8", "replace"), _LONGEST_ANSWER) or "an empty body"


def written(value: Any) -> str:
    """Return a value as JSON, cut short, to be quoted in a reason."""
    return _short(encode_text(value), _LONGEST_VALUE)


def listed(texts: list[str]) -> str:
    """Join texts with semicolons; of many, the first few and how many more there are."""
    more = len(texts) - _MOST_LISTED
    return "; ".join(texts[:_MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")


def require(holds: bool, reason: str) -> None:
    """Raise FailedError with the reason unless something holds."""
    if not holds:
        raise FailedError(reason)


def require_status(label: str, response: Response, *statuses: int) -> None:
    statuses_text = " or ".join(map(str, statuses))
    require(
        response.status in statuses,
        f"{label} answered {response.status} instead of {statuses_text}: {excerpt(response)}",
    )


def require_document(label: str, response: Response) -> Document:
    """Return the body's JSON object."""
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise FailedError(f"{label} answered no JSON object: {excerpt(response)}")
    return document


def require_resource(label: str, response: Response) -> Document:
    """Return the body's resource, which has an id."""
    resource = require_document(label, response)
    has_id = isinstance(resource.get("id"), str) and resource["id"] != ""
    require(has_id, f"{label} answered a resource without an id: {excerpt(response)}")
    return resource


def require_resources(label: str, page: Document) -> list[Document]:
    """Return a list response's resources. RFC 7644 3.4.2: `Resources` may be left out when there are none."""
    resources = page.get("Resources", [] if page.get("totalResults") == 0 else None)
    if not isinstance(resources, list) or len(objects(resources)) != len(resources):
        raise FailedError(f"{label} answered no list of resources")
    return resources


def require_first(label: str, page: Document) -> Document:
    """Return the first resource of a list response."""
    resources = require_resources(label, page)
    require(bool(resources), f"{label} answered no resource")
    return resources[0]


def require_value(label: str, resource: Document, path: str, demand: Any) -> None:
    require_values(label, resource, {path: demand})


def require_values(label: str, resource: Document, demands: Mapping[str, Any]) -> None:
    """Demand values by SCIM path; nothing, null, an empty list and an empty object are one (RFC 7643 2.5)."""
    values = {path: value(resource, path) for path in demands}
    wrong = [
        f"{path} is {written(values[path])} instead of {written(each)}"
        for path, each in demands.items()
        if not _same(values[path], each)
    ]
    require(not wrong, f"{label}: {listed(wrong)}")


def require_schema(label: str, answer: Document, urn: str) -> None:
    """Demand that `schemas` is a list that contains `urn`."""
    schemas = answer.get("schemas")
    require(
        isinstance(schemas, list) and urn in schemas,
        f"{label}: schemas is {written(schemas)} instead of {written([urn])}",
    )


def require_whole_number(label: str, answer: Document, name: str) -> int:
    """Return a whole number from an answer; a number in quotes is refused."""
    number = answer.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise FailedError(f"{label}: {name} is {written(number)} instead of a whole number")
    return number


def require_list(label: str, answer: Document) -> int:
    """Return `totalResults` of a list response."""
    require_schema(label, answer, LIST_RESPONSE)
    return require_whole_number(label, answer, "totalResults")


def require_members(label: str, group: Document, ids: Iterable[str]) -> None:
    """Demand that a group shows these members, in any order."""
    shown_ids = sorted(encode_text(get(each, "value")) for each in objects(get(group, "members")))
    right_ids = sorted(map(encode_text, ids))
    require(
        shown_ids == right_ids,
        f"{label}: members are [{', '.join(shown_ids)}] instead of [{', '.join(right_ids)}]",
    )


def require_error(label: str, response: Response, status: int, *scim_types: str | None) -> Document:
    """Demand a SCIM error with this status and one of `scim_types` (None: it may be missing), and return it.

    RFC 7644 3.12: the schema is that of errors, and the status is repeated as text.
    """
    require_status(label, response, status)
    error = require_document(label, response)
    require_schema(label, error, ERROR)
    require_value(label, error, "status", str(status))
    scim_type = error.get("scimType")
    types_text = " or ".join(name for name in scim_types if name)
    require(
        not scim_types or scim_type in scim_types,
        f"{label}: scimType is {written(scim_type)} instead of {types_text}: {written(error)}",
    )
    return error


def _same(shown_value: Any, demand: Any) -> bool:
    if demand is None:
        return shown_value in (None, [], {})
    return bool(shown_value == demand) and type(shown_value) is type(demand)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"

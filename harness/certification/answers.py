"""What is demanded of answers, so that no server can break a check; a reason says what was asked (`told`), came, was wanted.

Whatever begins with `require` raises FailedError.

Source: RFC 7644, 3.4.2 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.suite import FailedError
from harness.scim.names import ERROR, LIST_RESPONSE
from harness.scim.path import get, parse_path, read
from harness.wire.message import Response

_MOST_TOLD = 300  # characters of an answer that a reason repeats
_MOST_WRITTEN = 120  # characters of a value
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
    """Return the objects of what should be a list of them."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def shown(response: Response) -> str:
    """Return what a reason repeats of an answer: the beginning of its body."""
    return _short(response.body.decode("utf-8", "replace"), _MOST_TOLD)


def written(value: Any) -> str:
    """Return a value as a reason repeats it: JSON, cut short."""
    return _short(encode_text(value), _MOST_WRITTEN)


def listed(texts: list[str]) -> str:
    """Return texts as one, the first few of them when they are many."""
    more = len(texts) - _MOST_LISTED
    return "; ".join(texts[:_MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")


def require(holds: bool, reason: str) -> None:
    """Raise FailedError with the reason unless something holds."""
    if not holds:
        raise FailedError(reason)


def require_status(told: str, response: Response, *statuses: int) -> None:
    wanted = " or ".join(map(str, statuses))
    require(
        response.status in statuses,
        f"{told} answered {response.status} instead of {wanted}: {shown(response)}",
    )


def require_document(told: str, response: Response) -> Document:
    """Return the body's JSON object."""
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise FailedError(f"{told} answered no JSON object: {shown(response)}")
    return found


def require_resource(told: str, response: Response) -> Document:
    """Return the body's resource, which has an id."""
    resource = require_document(told, response)
    has_id = isinstance(resource.get("id"), str) and resource["id"] != ""
    require(has_id, f"{told} answered a resource without an id: {shown(response)}")
    return resource


def require_resources(told: str, page: Document) -> list[Document]:
    """Return a list response's resources. RFC 7644 3.4.2: `Resources` may be left out when there are none."""
    found = page.get("Resources", [] if page.get("totalResults") == 0 else None)
    if not isinstance(found, list) or len(objects(found)) != len(found):
        raise FailedError(f"{told} answered no list of resources")
    return found


def require_first(told: str, page: Document) -> Document:
    """Return the first resource of a list response."""
    found = require_resources(told, page)
    require(bool(found), f"{told} answered no resource")
    return found[0]


def require_value(told: str, resource: Document, path: str, wanted: Any) -> None:
    require_values(told, resource, {path: wanted})


def require_values(told: str, resource: Document, wanted: Mapping[str, Any]) -> None:
    """Demand values by SCIM path; nothing, null, an empty list and an empty object are one (RFC 7643 2.5)."""
    found = {path: value(resource, path) for path in wanted}
    wrong = [
        f"{path} is {written(found[path])} instead of {written(each)}"
        for path, each in wanted.items()
        if not _same(found[path], each)
    ]
    require(not wrong, f"{told}: {listed(wrong)}")


def require_schema(told: str, answer: Document, urn: str) -> None:
    """Demand a list of `schemas` that names this one."""
    schemas = answer.get("schemas")
    require(
        isinstance(schemas, list) and urn in schemas,
        f"{told}: schemas is {written(schemas)} instead of {written([urn])}",
    )


def require_whole_number(told: str, answer: Document, name: str) -> int:
    """Return a whole number of an answer, which a number in quotes is not."""
    number = answer.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise FailedError(f"{told}: {name} is {written(number)} instead of a whole number")
    return number


def require_list(told: str, answer: Document) -> int:
    """Return `totalResults` of a list response."""
    require_schema(told, answer, LIST_RESPONSE)
    return require_whole_number(told, answer, "totalResults")


def require_members(told: str, group: Document, ids: Iterable[str]) -> None:
    """Demand that a group shows these members, in any order."""
    there = sorted(encode_text(get(each, "value")) for each in objects(get(group, "members")))
    wanted = sorted(map(encode_text, ids))
    require(there == wanted, f"{told}: members are [{', '.join(there)}] instead of [{', '.join(wanted)}]")


def require_error(told: str, response: Response, status: int, *scim_types: str | None) -> Document:
    """Return the SCIM error of a status; one of `scim_types` is wanted, None if it may be missing.

    RFC 7644 3.12: the schema is that of errors, and the status is repeated as text.
    """
    require_status(told, response, status)
    error = require_document(told, response)
    require_schema(told, error, ERROR)
    require_value(told, error, "status", str(status))
    scim_type = error.get("scimType")
    wanted = " or ".join(name for name in scim_types if name)
    require(
        not scim_types or scim_type in scim_types,
        f"{told}: scimType is {written(scim_type)} instead of {wanted}: {written(error)}",
    )
    return error


def _same(found: Any, wanted: Any) -> bool:
    if wanted is None:
        return found in (None, [], {})
    return bool(found == wanted) and type(found) is type(wanted)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"

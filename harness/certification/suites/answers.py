"""What suites demand of answers, with a reason that says what was asked, what came and what was wanted.

Source: RFC 7644, 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.endpoint import document, require, resources
from harness.certification.suite import FailedError
from harness.scim.names import ERROR, LIST_RESPONSE
from harness.scim.path import get, parse_path, read
from harness.wire.message import Response

_MOST_TOLD = 120  # characters of a value


def address(collection: str, resource: Document) -> str:
    """Return the path of a resource that has an id: `/Users/{id}`."""
    return f"{collection}/{quote(str(resource['id']), safe='')}"


def query(kind: str, condition: str) -> str:
    """Return the path that asks for the resources of a kind (`Users`) that a filter chooses."""
    return f"/{kind}?filter={quote(condition)}"


def first(told: str, listed: Document) -> Document:
    """Return the first resource of a list. Raises FailedError when there is none."""
    there = resources(listed, told)
    expect(bool(there), f"{told} answered no resource")
    return there[0]


def value(resource: Document, path: str) -> Any:
    """Return what a resource has at a SCIM path, None for nothing."""
    return read(resource, parse_path(path))


def written(value: Any) -> str:
    """Return a value as a reason repeats it: JSON, cut short."""
    text = encode_text(value)
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"


def expect(holds: bool, reason: str) -> None:
    """Raise FailedError with the reason unless something holds."""
    if not holds:
        raise FailedError(reason)


def require_value(told: str, resource: Document, path: str, wanted: Any) -> None:
    """Raise FailedError unless a resource has a value at a path; nothing, null and an empty list are one (7643 2.5)."""
    there = value(resource, path)
    unassigned = wanted is None and there in ([], {})
    expect(
        unassigned or (there == wanted and type(there) is type(wanted)),
        f"{told}: {path} is {written(there)} instead of {written(wanted)}",
    )


def require_schema(told: str, answer: Document, urn: str) -> None:
    """Raise FailedError unless `schemas` is a list that names a schema."""
    schemas = answer.get("schemas")
    expect(
        isinstance(schemas, list) and urn in schemas,
        f"{told}: schemas is {written(schemas)} instead of {written([urn])}",
    )


def require_whole_number(told: str, answer: Document, name: str) -> int:
    """Return a whole number of an answer. Raises FailedError for anything else, a number in quotes too."""
    number = answer.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise FailedError(f"{told}: {name} is {written(number)} instead of a whole number")
    return number


def require_list(told: str, answer: Document) -> int:
    """Return `totalResults` of a list response. Raises FailedError when it is none."""
    require_schema(told, answer, LIST_RESPONSE)
    return require_whole_number(told, answer, "totalResults")


def objects(value: Any) -> list[Document]:
    """Return the objects of what should be a list of them."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def require_members(told: str, group: Document, ids: Iterable[str]) -> None:
    """Raise FailedError unless a group shows these members, in any order."""
    there = sorted(encode_text(get(each, "value")) for each in objects(get(group, "members")))
    wanted = sorted(map(encode_text, ids))
    expect(there == wanted, f"{told}: members are [{', '.join(there)}] instead of [{', '.join(wanted)}]")


def require_error(told: str, response: Response, status: int, *scim_types: str | None) -> None:
    """Raise FailedError unless an answer is a SCIM error of a status; `scim_types` are wanted, None if it may be missing.

    RFC 7644 3.12: the schema is that of errors, and the status is repeated as text.
    """
    require(response, status, told=told)
    error = document(response, told)
    require_schema(told, error, ERROR)
    require_value(told, error, "status", str(status))
    scim_type = error.get("scimType")
    wanted = " or ".join(name for name in scim_types if name)
    expect(
        not scim_types or scim_type in scim_types,
        f"{told}: scimType is {written(scim_type)} instead of {wanted}: {written(error)}",
    )

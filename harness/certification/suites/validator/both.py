"""Microsoft's SCIM validator: how it asks, and its tests that are the same for both kinds, users and groups.

It stops at an answer that is not application/scim+json, but takes an error of any kind, and so it is here. Beyond that a
PATCH answered with 200 must bring the resource, and what was written must be readable afterwards.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/scim-validator-tutorial, "Validate your SCIM endpoint"
and "Known Issues", and results of real runs in https://github.com/pranems/SCIMServer, docs/SCIM_VALIDATOR_RESULTS_32_LEXMARK_ANALYSIS.md
and docs/archive/SCIM_VALIDATOR_RESULTS_26_ANALYSIS.md (all read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from harness.base.store import Document
from harness.certification.answers import (
    address,
    query,
    require,
    require_document,
    require_resource,
    require_resources,
    require_status,
    require_values,
    require_whole_number,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.targets import USER, Target, Values, body, targets, values
from harness.scim.names import PATCH_OP
from harness.wire.message import Response

_MEDIA_TYPE = "application/scim+json"
NAME = {"User": "userName", "Group": "displayName"}  # what a kind is looked for by


def ask(bench: Bench, method: str, path: str, *statuses: int, body: Any = None) -> Response:
    """Ask, and return the answer. Raises FailedError unless it is of a status, and of SCIM's type if it has a good body."""
    response = bench.endpoint.ask(method, path, body)
    require_status(f"{method} {path}", response, *statuses)
    kind = response.header("content-type") or ""
    require(
        not response.body or response.status >= 400 or kind.partition(";")[0].strip().lower() == _MEDIA_TYPE,
        f"{method} {path} answered {kind or 'no content type'} instead of {_MEDIA_TYPE}",
    )
    return response


def got(bench: Bench, path: str) -> Document:
    """Return a resource or a list."""
    return require_document(f"GET {path}", ask(bench, "GET", path, 200))


def patched(bench: Bench, path: str, *operations: Document) -> None:
    """Change a resource. Raises FailedError unless the answer is 204, or 200 with the resource."""
    change = {"schemas": [PATCH_OP], "Operations": list(operations)}
    response = ask(bench, "PATCH", path, 200, 204, body=change)
    if response.status == 200:
        require_document(f"PATCH {path}", response)


def need_targets(bench: Bench, kind: str) -> tuple[Target, ...]:
    """Return what the job writes of a kind. Raises SkippedError when it does not provision it."""
    written = targets(bench.subject, kind)
    if not written:
        raise SkippedError(f"the job maps no {kind.lower()}s")
    return written


def need_mapped(bench: Bench, kind: str, *names: str) -> None:
    """Raise SkippedError unless the job writes all of these."""
    mapped = {target.name for target in need_targets(bench, kind)}
    for name in names:
        if name not in mapped:
            raise SkippedError(f"the job maps no {name} of {kind.lower()}s")


def fresh(bench: Bench, kind: str) -> Values:
    """Return values of all that the job writes of a new user or group."""
    return values(need_targets(bench, kind), kind, bench.name())


def created(bench: Bench, kind: str, sent: Values, **more: Any) -> str:
    """Create a user or group and return its path. Raises FailedError unless the answer is 201 with an id."""
    path = f"/{kind}s"
    response = ask(bench, "POST", path, 201, body={**body(kind, sent), **more})
    return address(path, require_resource(f"POST {path}", response))


def require_read(bench: Bench, path: str, values: Values) -> None:
    """Raise FailedError unless a resource reads as it was written."""
    require_values(f"GET {path} afterwards", got(bench, path), values)


def found_by_name(bench: Bench, kind: str, name: str, further: str = "") -> list[Document]:
    """Return who is found by a name. Raises FailedError unless totalResults counts them."""
    path = query(f"{kind}s", f'{NAME[kind]} eq "{name}"') + further
    page = got(bench, path)
    resources = require_resources(f"GET {path}", page)
    total = require_whole_number(f"GET {path}", page, "totalResults")
    require(total == len(resources), f"GET {path}: totalResults is {total}, of {len(resources)} resources")
    return resources


def only(bench: Bench, kind: str, name: str, path: str, further: str = "") -> Document:
    """Return the resource of a path as a filter by name finds it. Raises FailedError unless it alone is found."""
    listed = found_by_name(bench, kind, name, further)
    keys = [each.get("id") for each in listed]
    require(
        len(listed) == 1 and isinstance(keys[0], str) and address(f"/{kind}s", listed[0]) == path,
        f'filter {NAME[kind]} eq "{name}" finds the ids {written(keys)} instead of that of {path} alone',
    )
    return listed[0]


def create(bench: Bench, kind: str) -> None:
    sent = fresh(bench, kind)
    path = created(bench, kind, sent)
    require_values(f"{path} as the filter finds it", only(bench, kind, sent[NAME[kind]], path), sent)


def create_duplicate(bench: Bench, kind: str) -> None:
    sent = fresh(bench, kind)
    created(bench, kind, sent)
    ask(bench, "POST", f"/{kind}s", 409, body=body(kind, sent))


def filter_existing(bench: Bench, kind: str) -> None:
    sent = fresh(bench, kind)
    path = created(bench, kind, sent)
    only(bench, kind, sent[NAME[kind]], path)


def filter_missing(bench: Bench, kind: str) -> None:
    need_targets(bench, kind)
    listed = found_by_name(bench, kind, bench.ids.uuid())
    require(not listed, f"a filter that nothing fits finds {len(listed)} {kind.lower()}s")


def filter_other_case(bench: Bench, kind: str) -> None:
    sent = fresh(bench, kind)
    path = created(bench, kind, sent)
    only(bench, kind, sent[NAME[kind]].swapcase(), path)


def delete(bench: Bench, kind: str) -> None:
    _delete(bench, created(bench, kind, fresh(bench, kind)))


def delete_missing(bench: Bench, kind: str) -> None:
    need_targets(bench, kind)
    ask(bench, "DELETE", f"/{kind}s/{bench.ids.uuid()}", 404)


def delete_twice(bench: Bench, kind: str) -> None:
    path = created(bench, kind, fresh(bench, kind))
    _delete(bench, path)
    ask(bench, "DELETE", path, 404)


def _delete(bench: Bench, path: str) -> None:
    """Delete a resource. Raises FailedError unless the answer is 204 and it is gone."""
    ask(bench, "DELETE", path, 204)
    ask(bench, "GET", path, 404)
    bench.endpoint.forget(path)


def new_user(bench: Bench) -> str:
    """Create a user and return the id: somebody's manager, or a member."""
    return unquote(created(bench, USER, fresh(bench, USER)).rpartition("/")[2])


# Name, what it demands, how it is tried, whether it is mandatory; {kind} and {Kind} are the kind's name, {name} its attribute.
_SHARED = (
    (
        "Create a new {Kind}",
        "POST is answered with 201, and the {kind} is found with all that was sent.",
        create,
        True,
    ),
    (
        "Create a duplicate {Kind}",
        "The second POST of a {name} is answered with 409.",
        create_duplicate,
        True,
    ),
    (
        "Filter for an existing {kind}",
        "A filter by {name} finds the {kind}, and nothing else.",
        filter_existing,
        True,
    ),
    (
        "Filter for a non-existing {kind}",
        "A filter by {name} that nothing fits is answered with 200 and an empty list.",
        filter_missing,
        True,
    ),
    (
        "Filter for an existing {kind} with a different case",
        "A filter by {name} in another case finds the {kind}.",
        filter_other_case,
        True,
    ),
    ("Delete a {Kind}", "DELETE is answered with 204, and GET with 404 then.", delete, True),
    ("Delete a non-existent {Kind}", "DELETE of what never was is answered with 404.", delete_missing, False),
    ("Delete the same {Kind} twice", "The second DELETE is answered with 404.", delete_twice, False),
)


def shared_checks(kind: str) -> dict[Callable[[Bench, str], None], Check]:
    """Return the checks that users and groups have alike, by what tries them."""
    words = {"Kind": kind, "kind": kind.lower(), "name": NAME[kind]}
    return {
        run: Check(
            title.format(**words), demand.format(**words), partial(run, kind=kind), mandatory=mandatory
        )
        for title, demand, run, mandatory in _SHARED
    }

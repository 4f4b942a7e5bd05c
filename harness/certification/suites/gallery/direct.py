"""Microsoft's app-gallery validation, tests 15 to 20 and 23 to 25: those that ask the SCIM endpoint themselves.

Where the original waits for nobody it is repeated request by request: values that it draws at random are such as fit the
attribute but for profileUrl, which is no address there either, and answers are read by RFC 7643's rules (names without
regard to case). The original leaves `roles` out, not `roles[primary eq "True"].value`: what is created says true of it and
calls its type True, a PATCH is to find that by the text.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, Initialization_Workflow.json and SCIMTests_Workflow.json (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable

from harness.base.store import Document
from harness.certification.answers import (
    address,
    listed,
    require,
    require_resources,
    require_value,
    require_values,
    require_whole_number,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.suite import Check
from harness.certification.suites.gallery.schemas import (
    need_groups,
    require_groups,
    required,
    schema_discoverability,
    schemas,
)
from harness.certification.suites.targets import (
    GROUP,
    USER,
    Target,
    Values,
    body,
    known_targets,
    manager,
    targets,
    values,
)
from harness.scim.path import Path, parse_path, read

_PAGE, _RESOURCES, _MOST_PAGES = 5, 11, 10
_UNTOUCHED = ("groups", "roles")  # https://…/SCIMTests_Workflow.json, ignoreAttributesFromUpdateTest
_NEVER_NULL = (
    "username",
    "active",
    "externalid",
)  # the null update leaves these alone, and whatever is matched by


def _eligible(target: Target) -> bool:
    return target.name.lower() not in _UNTOUCHED


def _new(bench: Bench, kind: str) -> Document:
    """Create a user or group of its own with what the job maps, for tests of something else. Raises FailedError.

    The original's are full ones; but where its server refuses their values, it goes on with whoever is there.
    """
    mapped = values(filter(_eligible, targets(bench.subject, kind)), kind, bench.name())
    return bench.endpoint.post(f"/{kind}s", _body(kind, mapped))


def _body(kind: str, sent: Values) -> Document:
    """Return a resource that holds these values: what is found by `primary eq "True"` is primary, and True is its type."""
    resource = body(kind, sent)
    for name in sent:
        path = parse_path(name)
        where = path.where or ()
        if [term.attribute for term in where] == ["primary"]:
            element = read(resource, Path(path.schema, path.attribute, path.where))
            element.update({"type": str(where[0].value), "primary": True})
    return resource


def _values(bench: Bench, kind: str) -> Values:
    return values(filter(_eligible, known_targets(bench.subject, kind)), kind, bench.name())


def _path(kind: str, resource: Document) -> str:
    return address(f"/{kind}s", resource)


def _patch(bench: Bench, path: str, *operations: Document) -> None:
    """Change a resource. Raises FailedError, which says what the first operation was."""
    try:
        bench.endpoint.patch(path, *operations)
    except FailedError as failed:
        first = operations[0]
        raise FailedError(
            f"{first['op']} {first['path']} with {written(first['value'])}: {failed}"
        ) from failed


def _null_update(bench: Bench) -> None:
    described = schemas(bench)
    optional = [
        target
        for target in targets(bench.subject, USER)
        if target.simple
        and _eligible(target)
        and not target.matching
        and target.root not in _NEVER_NULL
        and not required(described, target)
    ]
    if not optional:
        raise SkippedError("the job maps no attribute of users that is optional")
    created = _new(bench, USER)
    path = _path(USER, created)
    for nothing in ("", None):
        operations = [{"op": "replace", "path": target.name, "value": nothing} for target in optional]
        _patch(bench, path, *operations)
        user = bench.endpoint.get(path)
        require_value(f"GET {path}", user, "id", created["id"])  # emptiness alone would be true of anything
        left = [
            f"{target.name} is {written(value)}"
            for target in optional
            if (value := read(user, target.path)) not in (None, "")
        ]
        require(not left, f"after PATCH {path} to {written(nothing)}, not empty: {listed(left)}")


def _user_create(bench: Bench) -> None:
    _create(bench, USER, "userName")


def _group_create(bench: Bench) -> None:
    require_groups(bench)
    _create(bench, GROUP, "displayName")


def _create(bench: Bench, kind: str, name: str) -> None:
    sent = _values(bench, kind)
    created = bench.endpoint.post(f"/{kind}s", _body(kind, sent))
    require_value(f"POST /{kind}s", created, name, sent[name])


def _user_update(bench: Bench) -> None:
    _update(bench, USER, lambda target: _eligible(target) and target.root != "active")


def _group_update(bench: Bench) -> None:
    require_groups(bench)
    _update(bench, GROUP, lambda _: True)


def _update(bench: Bench, kind: str, eligible: Callable[[Target], bool]) -> None:
    word = bench.name()
    changes: Values = {
        target.name: target.value(word, later=True)
        for target in known_targets(bench.subject, kind)
        if target.simple and eligible(target)
    }
    if not changes:
        raise SkippedError(f"the job's target directory has no attribute of {kind.lower()}s to change")
    path = _path(kind, bench.endpoint.post(f"/{kind}s", _body(kind, _values(bench, kind))))
    bench.endpoint.patch(
        path, *({"op": "replace", "path": name, "value": value} for name, value in changes.items())
    )
    require_values(f"after PATCH {path}", bench.endpoint.get(path), changes)


def _user_pagination(bench: Bench) -> None:
    _pagination(bench, USER)


def _group_pagination(bench: Bench) -> None:
    need_groups(bench)
    _pagination(bench, GROUP)


def _pagination(bench: Bench, kind: str) -> None:
    """Walk from page to page, at most ten of them: a server may have more than was made here.

    As the original reckons, each page but the last has to be full: the third begins at 11.
    """
    first = f"/{kind}s?startIndex=1&count={_PAGE}"
    total = require_whole_number(f"GET {first}", bench.endpoint.get(first), "totalResults")
    for _ in range(_RESOURCES - total):
        _new(bench, kind)
    seen = set[str]()
    for number in range(_MOST_PAGES):
        if not _page(bench, kind, 1 + number * _PAGE, seen):
            return


def _page(bench: Bench, kind: str, start: int, seen: set[str]) -> bool:
    """Read a page, add what it has to `seen`, and tell whether there is another one."""
    path = f"/{kind}s?startIndex={start}&count={_PAGE}"
    label = f"GET {path}"
    page = bench.endpoint.get(path)
    resources, total = require_resources(label, page), require_whole_number(label, page, "totalResults")
    require_value(label, page, "startIndex", start)
    require(
        len(resources) <= _PAGE,
        f"{label} answered {len(resources)} resources, more than the count of {_PAGE}",
    )
    for resource in resources:
        key = written(resource.get("id"))
        require(key not in seen, f"{label}: {key} was on an earlier page already")
        seen.add(key)
    if resources and start + len(resources) <= total:
        require(
            len(resources) == _PAGE,
            f"{label} answered {len(resources)} resources instead of {_PAGE}, though totalResults is {total}",
        )
        return True
    require(
        start > 1,
        f"{label} is the only page, with {len(resources)} resources and totalResults {total}, though there "
        f"are {_RESOURCES} and more",
    )
    return False


def _update_manager(bench: Bench) -> None:
    place = manager(bench.subject)
    path = _path(USER, _new(bench, USER))
    first, second = (_new(bench, USER)["id"] for _ in range(2))
    for operation, key in (("Add", first), ("replace", second), ("replace", "")):
        _patch(bench, path, {"op": operation, "path": place.name, "value": key})
        manager_id = read(bench.endpoint.get(path), _value(place.path))
        require(
            (manager_id or "") == key,
            f"after {operation} of {place.name} to {written(key)}, its value is {written(manager_id)}",
        )


def _value(path: Path) -> Path:
    return Path(path.schema, path.attribute, None, "value")


CHECKS: tuple[Check, ...] = (
    Check(
        "Schema_Discoverability_Test",
        "GET /Schemas has every attribute of users and groups of the job's target directory, mapped or not.",
        schema_discoverability,
    ),
    Check(
        "SCIM_Null_Update_Test",
        'PATCH of optional attributes to "" and to null is answered with 200 or 204, and they read as empty after each.',
        _null_update,
    ),
    Check(
        "SCIM_User_Create_Test",
        "POST /Users with all that the target directory has is answered with 200 or 201, an id, and the userName that was "
        "sent.",
        _user_create,
    ),
    Check(
        "SCIM_User_Update_Test",
        "PATCH of every attribute of the target directory with one value is answered with 200 or 204, and every value reads "
        "back.",
        _user_update,
    ),
    Check(
        "SCIM_Group_Create_Test",
        "POST /Groups is answered with 200 or 201, an id, and the displayName that was sent.",
        _group_create,
    ),
    Check(
        "SCIM_Group_Update_Test",
        "PATCH of every attribute that the target directory has of a group is answered with 200 or 204, and every value "
        "reads back.",
        _group_update,
    ),
    Check(
        "SCIM_User_Pagination_Test",
        "Of 11 users and more there are at least two pages, full ones of five but for the last, each with the startIndex that "
        "was asked for.",
        _user_pagination,
    ),
    Check(
        "SCIM_Group_Pagination_Test",
        "Of 11 groups and more there are at least two pages, full ones of five but for the last, each with the startIndex that "
        "was asked for.",
        _group_pagination,
        mandatory=False,
    ),
    Check(
        "SCIM_Update_Manager_Test",
        "A manager is added, replaced and replaced with nothing by PATCH, and reads back each time.",
        _update_manager,
    ),
)

"""RFC 7644 on what is not there: deleted users and groups, ids of another kind, ids of nobody.

Source: RFC 7644, 3.2, 3.5.2, 3.6 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from contextlib import suppress

from harness.base.json_text import encode_text
from harness.certification.answers import (
    require,
    require_document,
    require_error,
    require_list,
    require_resources,
    require_status,
    require_value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import need, need_groups, need_taken

_PAGE, _MOST_PAGES = 100, 20


def _deleted(bench: Bench) -> None:
    path, made = new_user(bench)
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    for method, body in (("GET", None), ("PUT", made), ("DELETE", None)):
        require_error(f"{method} {path} after DELETE", bench.endpoint.ask(method, path, body), 404)
    bench.endpoint.forget(path)


def _deleted_not_found(bench: Bench) -> None:
    need(bench, "filter")
    path, made = new_user(bench)
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    matches = bench.endpoint.find("Users", f"userName eq {encode_text(made['userName'])}")
    require(not matches, f"the query for userName still finds {path} after DELETE")
    bench.endpoint.forget(path)


def _deleted_not_listed(bench: Bench) -> None:
    """Pages are read as far as they go, twenty of them at most: a server may have more people than were made here."""
    path, made = new_user(bench)
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    start, total = 1, 0
    for _ in range(_MOST_PAGES):
        label = f"GET /Users?startIndex={start}&count={_PAGE}"
        page = bench.endpoint.get(label.removeprefix("GET "))
        resources = require_resources(label, page)
        ids = [each.get("id") for each in resources]
        require(made["id"] not in ids, f"{label} still has {path} after DELETE")
        total = require_list(label, page) if resources or start == 1 else total
        if not resources:
            require(total < start, f"there are {start - 1} users on all pages, but totalResults is {total}")
            break
        start += len(resources)
    bench.endpoint.forget(path)


def _name_free_again(bench: Bench) -> None:
    path, made = new_user(bench, title="Former")
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    bench.endpoint.forget(path)
    label = "POST /Users with the userName of a deleted user"
    response = bench.endpoint.ask("POST", "/Users", user(bench, userName=made["userName"]))
    require_status(label, response, 201)
    require_value(label, require_document(label, response), "title", None)


def _group_deleted(bench: Bench) -> None:
    need_groups(bench)
    person, member = new_user(bench)
    path, made = new_group(bench, member)
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    bench.endpoint.forget(path)
    for method in ("GET", "DELETE"):
        require_error(f"{method} {path} after DELETE", bench.endpoint.ask(method, path), 404)
    require_value(f"GET {person}, a member of it", bench.endpoint.get(person), "id", member["id"])
    need(bench, "filter")
    condition = f"displayName eq {encode_text(made['displayName'])}"
    with suppress(SkippedError):  # whoever declines that filter has passed all the same
        need_taken(bench, condition, "Groups")
        matches = bench.endpoint.find("Groups", condition)
        require(not matches, f"the query for displayName still finds {path} after DELETE")


def _kinds_apart(bench: Bench) -> None:
    need_groups(bench)
    person, _ = new_user(bench)
    group, _ = new_group(bench)
    for kind, path in (("Groups", person), ("Users", group)):
        crossed = f"/{kind}/{path.rpartition('/')[2]}"
        require_status(f"GET {crossed}, the id of another kind", bench.endpoint.ask("GET", crossed), 404)


def _patch_nobody(bench: Bench) -> None:
    need(bench, "patch")
    for kind in ("Users", "Groups"):
        path = f"/{kind}/{bench.ids.uuid()}"
        response = bench.endpoint.change(path, replaced("displayName", "Nobody"))
        require_status(f"PATCH {path}, which nobody has", response, 404)


CHECKS = (
    Check("3.6 deleted", "RFC 7644 3.6: DELETE answers 204, then GET, PUT and DELETE answer 404", _deleted),
    Check("3.6 deleted in queries", "RFC 7644 3.6: queries leave a deleted user out", _deleted_not_found),
    Check(
        "3.6 deleted in lists",
        "RFC 7644 3.6 and 3.4.2: lists without a filter leave a deleted user out, and do not count one",
        _deleted_not_listed,
    ),
    Check(
        "3.6 name free again",
        "RFC 7644 3.6: a deleted user is no conflict for a new one with the same userName, who has nothing of the other (SHOULD NOT)",
        _name_free_again,
        mandatory=False,
    ),
    Check(
        "3.6 group deleted",
        "RFC 7644 3.6: DELETE of a group answers 204, then GET and DELETE answer 404; its members stay, queries leave it out",
        _group_deleted,
    ),
    Check(
        "3.2 kinds apart",
        "RFC 7644 3.2: a group is not read as a user, nor a user as a group",
        _kinds_apart,
    ),
    Check(
        "3.5.2 nobody",
        "RFC 7644 3.5.2 and 3.12: PATCH of an unknown id answers 404",
        _patch_nobody,
    ),
)

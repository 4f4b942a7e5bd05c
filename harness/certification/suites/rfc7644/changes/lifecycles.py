"""RFC 7644 on users and groups that come, go and come again: each membership is of those two alone.

Source: RFC 7644, 3.5.2 and 3.6, and RFC 7643, 3.1, 4.1.2 and 4.2, https://datatracker.ietf.org/doc/html/rfc7644 (read
2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    excerpt,
    objects,
    require,
    require_members,
    require_resource,
    require_status,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.leaves import leaves, require_equal
from harness.certification.suites.people import full, group, new_full_user, new_group, new_user, user
from harness.certification.suites.rfc7644.changes.moments import pass_on
from harness.certification.suites.rfc7644.changes.operations import members_added, replaced
from harness.certification.suites.rfc7644.claims import need, need_groups
from harness.scim.path import get


def _two_groups(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    _, member = new_user(bench)
    paths = [new_group(bench, member)[0], new_group(bench)[0]]
    bench.endpoint.patch(paths[1], members_added(member))
    for path in paths:
        label = f"GET {path}, of two groups with one member"
        require_members(label, bench.endpoint.get(path), [member["id"]])
    condition = f"members[value eq {encode_text(member['id'])}]"
    bench.endpoint.patch(paths[0], {"op": "remove", "path": condition})
    label = f"GET {paths[1]} after the member left {paths[0]}"
    require_members(label, bench.endpoint.get(paths[1]), [member["id"]])


def _group_gone(bench: Bench) -> None:
    need_groups(bench)
    person, member = new_user(bench)
    path, made = new_group(bench, member)
    bench.endpoint.get(person)
    _delete(bench, path)
    there = [each.get("value") for each in objects(get(bench.endpoint.get(person), "groups"))]
    require(made["id"] not in there, f"GET {person}: groups still has {path} after DELETE")


def _group_again(bench: Bench) -> None:
    need_groups(bench)
    _, member = new_user(bench)
    path, made = new_group(bench, member)
    _delete(bench, path)
    again = _made_again(bench, "/Groups", {**group(bench), "displayName": made["displayName"]})
    path = address("/Groups", again)
    require_members(f"GET {path}, named as a deleted group,", bench.endpoint.get(path), [])


def _user_again(bench: Bench) -> None:
    need_groups(bench)
    person, member = new_user(bench)
    path, _ = new_group(bench, member)
    _delete(bench, person)
    again = _made_again(bench, "/Users", user(bench, userName=member["userName"]))
    there = [each.get("value") for each in objects(get(bench.endpoint.get(path), "members"))]
    require(
        again["id"] not in there or again["id"] == member["id"],
        f"GET {path}: a new user with the userName of a deleted one is a member already",
    )


def _made_again(bench: Bench, collection: str, sent: Document) -> Document:
    """Create what is named as something deleted. Raises SkippedError for 409, which RFC 7644 3.6 only advises against."""
    label = f"POST {collection} with the name of what was deleted"
    response = bench.endpoint.ask("POST", collection, sent)
    if response.status == 409:
        raise SkippedError(f"{label} answered 409: {excerpt(response)}")
    require_status(label, response, 200, 201)
    return require_resource(label, response)


def _membership_moves(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    path, _ = new_group(bench)
    _, member = new_user(bench)
    before = value(bench.endpoint.get(path), "meta.lastModified")
    if before is None:
        raise SkippedError("groups have no meta.lastModified")
    pass_on(bench, before)
    bench.endpoint.patch(path, members_added(member))
    after = value(bench.endpoint.get(path), "meta.lastModified")
    require(after != before, f"GET {path}: meta.lastModified is still {written(after)}")


def _namesakes(bench: Bench) -> None:
    """What is done to the one is not done to the other."""
    need(bench, "patch")
    shared = full(bench) | {"displayName": bench.name()}
    path, _ = new_full_user(bench, **shared)
    (changed, made), (gone, _) = new_user(bench, **_apart(shared)), new_user(bench, **_apart(shared))
    before = leaves(bench.endpoint.get(path), "meta")
    bench.endpoint.patch(changed, replaced("displayName", bench.name()), replaced("active", True))
    body = {**made, "title": "Changed"}
    require_status(f"PUT {changed}", bench.endpoint.ask("PUT", changed, body), 200, 201)
    _delete(bench, gone)
    label = f"GET {path} after namesakes were changed and deleted"
    require_equal(label, leaves(bench.endpoint.get(path), "meta"), before)


def _apart(shared: Document) -> Document:
    """Return the same attributes but for addresses, which a server may want to be one person's."""
    return {
        name: each for name, each in shared.items() if name not in ("emails", "phoneNumbers", "addresses")
    }


def _delete(bench: Bench, path: str) -> None:
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    bench.endpoint.forget(path)


CHECKS = (
    Check(
        "7643 4.2 two groups",
        "RFC 7643 4.2: a user is a member of two groups at a time, and leaves one without leaving the other",
        _two_groups,
    ),
    Check(
        "7643 4.1.2 deleted group",
        "RFC 7643 4.1.2: groups of a user have no group that is deleted",
        _group_gone,
    ),
    Check(
        "3.6 group made again",
        "RFC 7644 3.6: a group made by the name of a deleted one has none of its members",
        _group_again,
    ),
    Check(
        "3.6 user made again",
        "RFC 7644 3.6: a user made by the userName of a deleted one is in none of the former's groups",
        _user_again,
    ),
    Check(
        "7643 3.1 lastModified with members",
        "RFC 7643 3.1: meta.lastModified of a group moves with its members",
        _membership_moves,
        mandatory=False,
    ),
    Check(
        "3.5 namesakes",
        "RFC 7644 3.5 and 3.6: changing and deleting one user leaves another of the same name as it was",
        _namesakes,
    ),
)

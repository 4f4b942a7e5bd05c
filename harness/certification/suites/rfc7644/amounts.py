"""RFC 7643 on how much there is: long texts, two values of one type, a group of more than a hundred.

Nothing says that a server has to take them all, so each may be refused. What is taken has to be kept: that a part of it is gone
nobody is told.

Source: RFC 7643, 2.3.1, 2.4 and 4.2, https://datatracker.ietf.org/doc/html/rfc7643. How long Azure AD's texts get is said in
https://learn.microsoft.com/en-us/graph/api/resources/user, Properties (both read 2026-11-30).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.answers import (
    address,
    excerpt,
    objects,
    require,
    require_resource,
    require_schema,
    require_status,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, new_users, user
from harness.certification.suites.rfc7644.changes.operations import members_added
from harness.certification.suites.rfc7644.claims import is_writable, need, need_groups
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_GROUP, CORE_USER
from harness.wire.message import Response

_REFUSED = (400, 413, 422)
# As long as Graph lets mailNickname be, which Azure AD sends as externalId, and displayName. That of a user name is our choice.
_LENGTHS = {"externalId": 64, "displayName": 256}
_LONGEST_NAME = 100
_TOLD_BY = 16  # characters that no other text begins with
_BATCH, _BATCHES = 50, 2


def _long_texts(bench: Bench) -> None:
    for name, length in _LENGTHS.items():
        text = _long(bench, length)
        _require_kept(bench, name, text, **{name: text})
    suffix = f"@{DOMAIN}"
    text = f"{_long(bench, _LONGEST_NAME - len(suffix))}{suffix}"
    _require_kept(bench, "userName", text, userName=text)


def _long(bench: Bench, length: int) -> str:
    return bench.name().ljust(length, "x")


def _require_kept(bench: Bench, name: str, text: str, **more: str) -> None:
    response = bench.endpoint.ask("POST", "/Users", user(bench, **more))
    if response.status in _REFUSED:
        return
    label = f"POST /Users with {len(text)} characters of {name}"
    require_status(label, response, 200, 201)
    path = address("/Users", require_resource(label, response))
    resource = bench.endpoint.get(path)
    require_schema(f"GET {path}", resource, CORE_USER)
    there = resource.get(name)
    begins_alike = isinstance(there, str) and there[:_TOLD_BY].lower() == text[:_TOLD_BY].lower()
    require(
        not begins_alike or len(str(there)) >= len(text),  # a server may make a displayName of its own
        f"GET {path} after {label}: it has {len(str(there))}, without a word: {written(there)}",
    )


def _two_of_a_type(bench: Bench) -> None:
    word = bench.word()
    emails = [{"value": f"{name}-{word}@{DOMAIN}", "type": "work"} for name in ("first", "second")]
    response = bench.endpoint.ask("POST", "/Users", user(bench, emails=emails))
    if response.status in _REFUSED:
        raise SkippedError(f"two addresses of one type are refused: {excerpt(response)}")
    require_status("POST /Users with two addresses of one type", response, 200, 201)
    path = address("/Users", require_resource("POST /Users", response))
    there = _values(bench.endpoint.get(path), "emails")
    require(
        there == sorted(each["value"] for each in emails),
        f"GET {path} of a user with two addresses of type work: emails are {written(there)}",
    )


def _many_members(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    _, first = new_user(bench)
    path, _ = new_group(bench, first)
    if not _values(bench.endpoint.get(path), "members"):
        raise SkippedError("a group shows no members")
    ids = [first["id"]]
    for _ in range(_BATCHES):
        joining = new_users(bench, _BATCH)
        response = bench.endpoint.change(path, members_added(*joining))
        _skip_if_refused(response, len(ids) + _BATCH)
        require_status(f"PATCH {path}, adding {_BATCH} members", response, 200, 204)
        ids += [each["id"] for each in joining]
    there = _values(bench.endpoint.get(path), "members")
    require(
        there == sorted(ids),
        f"GET {path}: of {len(ids)} members {len(set(there) & set(ids))} are shown",
    )
    if not is_writable(bench, CORE_GROUP, "displayName"):
        return
    bench.endpoint.patch(path, {"op": "replace", "path": "displayName", "value": bench.name()})
    there = _values(bench.endpoint.get(path), "members")
    require(there == sorted(ids), f"GET {path} after a rename: of {len(ids)} members {len(there)} are shown")


def _skip_if_refused(response: Response, count: int) -> None:
    if response.status in _REFUSED:
        raise SkippedError(f"a group of {count} members is refused: {excerpt(response)}")


def _values(resource: Document, name: str) -> list[str]:
    return sorted(str(each.get("value")) for each in objects(resource.get(name)))


CHECKS = (
    Check(
        "7643 2.3.1 long texts",
        "RFC 7643 2.3.1: an externalId of 64 characters, a displayName of 256 and a userName of 100 are "
        "kept whole, or refused (it follows; not said)",
        _long_texts,
        mandatory=False,
    ),
    Check(
        "7643 2.4 two of a type",
        "RFC 7643 2.4: two addresses of one type are both kept, or refused (it follows; not said)",
        _two_of_a_type,
        mandatory=False,
    ),
    Check(
        "7643 4.2 many members",
        f"RFC 7643 4.2: a group of {_BATCH * _BATCHES + 1} members shows them all, after a rename too, or refuses them (it follows; "
        "not said)",
        _many_members,
        mandatory=False,
    ),
)

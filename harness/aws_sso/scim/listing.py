"""ListUsers and ListGroups: the supported filters, the limit of a page, and cursors.

Imitates listusers.html and listgroups.html of https://docs.aws.amazon.com/singlesignon/latest/developerguide/, sections
Query Parameters and Constraints (read 2026-11-29, the second in the edition of docs.amazonaws.cn). Every filter uses an index;
none reads the whole directory.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from harness.aws_sso import cursors, identity_store
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.refusals import INVALID, NOT_FOUND, Refused
from harness.aws_sso.scim.call import Call
from harness.aws_sso.tenant import Tenant
from harness.scim.filter import FilterError, parse_filter
from harness.scim.names import ENTERPRISE_USER, LIST_RESPONSE

Terms = dict[str, str]
Finder: TypeAlias = Callable[[Tenant, Terms], list[str]]
_BAD_FILTER = "Invalid Filter format"
_NUMBER = re.compile(r"[0-9]{1,9}\Z")
# A cursor has the last few ids of its page, so that a deletion between two calls does not lose the place.
_ANCHORS = 5
_RFC_PARAMETERS = frozenset({"startIndex", "attributes", "excludedAttributes", "sortBy", "sortOrder"})


def answer(call: Call, kind: str, shown: Callable[[Record, Tenant], dict[str, Any]]) -> dict[str, Any]:
    """Return the ListResponse for a request on a collection. Raises Refused (ValidationException)."""
    tenant, query = call.tenant, call.query
    ignored = tenant.quirks["ignored-query-parameters"]
    if not _RFC_PARAMETERS.intersection(query).issubset(ignored):
        raise Refused(INVALID)
    cursor = query.get("cursor") if tenant.quirks["cursor-paging"] else None
    text = query.get("filter")
    matching = None if text is None else _matching(tenant, kind, text)
    scope = f"{kind} {text}"
    after = _after(tenant, kind, matching, scope, cursor)
    records, more = _page(tenant, kind, matching, after, _limit(call, cursor))
    resources = [shown(record, tenant) for record in records]
    if cursor is not None:
        anchors = [record.id for record in records[-_ANCHORS:]]
        return {
            "itemsPerPage": len(resources),
            **({"nextCursor": cursors.seal(tenant, scope, anchors)} if more else {}),
            "schemas": [LIST_RESPONSE],
            "Resources": resources,
        }
    total = len(resources)
    if tenant.quirks["total-results"] == "existing":
        total = tenant.store.count(kind) if matching is None else len(matching)
    return {
        "totalResults": total,
        "itemsPerPage": len(resources),
        "startIndex": 1,
        "schemas": [LIST_RESPONSE],
        "Resources": resources,
    }


def _limit(call: Call, cursor: str | None) -> int:
    most: int = call.tenant.quirks["page-size"]
    count = call.query.get("count")
    if count is None or (cursor is None and not call.tenant.quirks["count-without-cursor"]):
        return most
    if _NUMBER.match(count) and 1 <= int(count) <= most:
        return int(count)
    if call.tenant.quirks["count-out-of-range"] == "refused":
        raise Refused(INVALID)
    return most


def _after(
    tenant: Tenant, kind: str, matching: list[str] | None, scope: str, cursor: str | None
) -> str | None:
    """Return the id after which to continue. Raises Refused for a cursor of another list, or one all of whose ids are deleted."""
    if not cursor:
        return None
    try:
        anchors = cursors.unseal(tenant, scope, cursor)
    except ValueError as error:
        raise Refused(INVALID) from error
    here = None if matching is None else frozenset(matching)
    for anchor in reversed(anchors):
        if anchor in here if here is not None else tenant.store.get(kind, anchor) is not None:
            return anchor
    raise Refused(INVALID)


def _page(
    tenant: Tenant, kind: str, matching: list[str] | None, after: str | None, limit: int
) -> tuple[list[Record], bool]:
    """Return at most `limit` records and whether more follow; `matching` None is the whole directory."""
    if matching is None:
        records = list(identity_store.scan(tenant, kind, after=after, limit=limit + 1))
    else:
        start = 0 if after is None else matching.index(after) + 1
        fetched = (identity_store.fetch(tenant, kind, each) for each in matching[start:])
        records = list(itertools.islice((record for record in fetched if record is not None), limit + 1))
    return records[:limit], len(records) > limit


def _matching(tenant: Tenant, kind: str, text: str) -> list[str]:
    """Return the ids that a filter selects. Raises Refused for a filter that is not in the tenant's table."""
    try:
        comparisons = parse_filter(text)
    except FilterError as error:
        raise Refused(INVALID, _BAD_FILTER) from error
    terms: Terms = {}
    for comparison in comparisons:
        name = comparison.attribute.lower()
        if name in terms or comparison.operator != "eq" or not isinstance(comparison.value, str):
            raise Refused(INVALID, _BAD_FILTER)
        if not comparison.value:
            raise Refused(INVALID, _BAD_FILTER)
        terms["members" if name == "member" else name] = comparison.value
    form = " and ".join(sorted(terms))
    accepted = tenant.quirks["user-filters" if kind == USER else "group-filters"]
    if len(terms) != len(comparisons) or form not in accepted:
        raise Refused(INVALID, _BAD_FILTER)
    return _FINDERS[kind][form](tenant, terms)


def _by_unique(space: str, name: str) -> Finder:
    def search(tenant: Tenant, terms: Terms) -> list[str]:
        owner = identity_store.find(tenant, space, terms[name])
        return [] if owner is None else [owner]

    return search


def _by_id(tenant: Tenant, kind: str, terms: Terms) -> list[str]:
    return [] if identity_store.fetch(tenant, kind, terms["id"]) is None else [terms["id"]]


def _by_id_and_manager(tenant: Tenant, terms: Terms) -> list[str]:
    record = identity_store.fetch(tenant, USER, terms["id"])
    manager = {} if record is None else record.attributes.get(ENTERPRISE_USER, {}).get("manager", {})
    return [terms["id"]] if manager.get("value") == terms["manager"] else []


def _by_group(tenant: Tenant, terms: Terms) -> list[str]:
    return identity_store.members(tenant, terms["groups.value"])


def _by_member(tenant: Tenant, terms: Terms) -> list[str]:
    _require_user(tenant, terms["members.value"])
    return identity_store.groups_of(tenant, terms["members.value"])


def _by_id_and_member(tenant: Tenant, terms: Terms) -> list[str]:
    _require_user(tenant, terms["members"])
    return [terms["id"]] if identity_store.is_member(tenant, terms["id"], terms["members"]) else []


def _require_user(tenant: Tenant, user_id: str) -> None:
    """Raise Refused for a group filter with a member that does not exist, as in listgroups.html."""
    if identity_store.fetch(tenant, USER, user_id) is None:
        raise Refused(NOT_FOUND)


_FINDERS: Mapping[str, Mapping[str, Finder]] = {
    USER: {
        "username": _by_unique("user.userName", "username"),
        "externalid": _by_unique("user.externalId", "externalid"),
        "groups.value": _by_group,
        "id": lambda tenant, terms: _by_id(tenant, USER, terms),
        "id and manager": _by_id_and_manager,
    },
    GROUP: {
        "displayname": _by_unique("group.displayName", "displayname"),
        "externalid": _by_unique("group.externalId", "externalid"),
        "members.value": _by_member,
        "id": lambda tenant, terms: _by_id(tenant, GROUP, terms),
        "id and members": _by_id_and_member,
    },
}

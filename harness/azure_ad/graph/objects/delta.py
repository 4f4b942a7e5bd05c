"""Delta queries: every object of a type once, then what changed since.

The first answers list all objects; later ones read the change log from the delta token on, which is valid for seven days.

Source: https://learn.microsoft.com/en-us/graph/delta-query-overview, "Token duration" and "Resource representation in the
delta query response", …/api/user-delta and …/api/group-delta (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs): seven days, `$select`, `$filter` by up to fifty ids, `$deltatoken=latest`, `Prefer:
return=minimal`. For a start from anew that page has 410 with a Location; an expired token is answered 400 here, which is
inferred, with the code and words of `refusals`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from msgspec import Struct, field

from harness.azure_ad.directory.changes import ALL
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.graph.objects.tracked import TRACKED, Tracked
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, context
from harness.azure_ad.graph.odata.errors import with_headers
from harness.azure_ad.graph.odata.querying.options import check_options, link, option, page_size
from harness.azure_ad.graph.odata.querying.tokens import seal, unseal
from harness.azure_ad.tenant import current
from harness.base.clock import from_iso, iso
from harness.base.store import Document
from harness.wire.message import Response
from harness.wire.present import present

_GOOD_FOR = timedelta(days=7)
_MEMBERS, _MANAGER = "members", "manager"
_ID = re.compile(r"\s*id\s+eq\s+'([^']*)'\s*(?:or\b|\Z)", re.IGNORECASE)
_PAGE = re.compile(r"odata\.maxpagesize=(\d{1,3})\b")
_MOST_IDS = 50


class _Change(Struct):
    """One object in the change log: its changed properties, and the objects whose membership in it changed."""

    properties: set[str] = field(default_factory=set)
    members: dict[str, None] = field(default_factory=dict)


def changes(which: str) -> Response:
    """Answer one page of the changes, with a nextLink or, on the last page, a deltaLink."""
    state = _state(which)
    minimal = "return=minimal" in present().text("Prefer").lower()
    if state["latest"]:
        items: Iterator[Document] = iter(())
    elif state["since"] is None:
        items = _everything(state)
    else:
        items = _changed(state, minimal=minimal)
    size = _page_size(state)
    page = list(islice(items, state["skip"], state["skip"] + size + 1))
    chosen = state["select"]
    narrowed = which if chosen is None else f"{which}({','.join(chosen)})"
    result: Document = {"@odata.context": context(narrowed)}
    if len(page) > size:
        token = seal("delta-page", {**state, "skip": state["skip"] + size, "size": size})
        result["@odata.nextLink"] = link({"$skiptoken": token}, keep=False)
    else:
        after = {"since": state["until"], "at": iso(current().clock.now())}
        token = seal("delta", {**state, **after, "skip": 0, "latest": False, "size": None})
        result["@odata.deltaLink"] = link({"$deltatoken": token}, keep=False)
    response = answer({**result, "value": page[:size]})
    return with_headers(response, {"Preference-Applied": "return=minimal"}) if minimal else response


def _state(which: str) -> Document:
    """Return the state in the request's token, or that of a first request. Raises ODataError 400."""
    check_options()
    TRACKED[which].prepare()
    directory = current().directory
    token, page = option("$deltatoken"), option("$skiptoken")
    if page is not None or (token is not None and token.lower() != "latest"):
        state = (
            unseal("delta", token) if page is None and token is not None else unseal("delta-page", page or "")
        )
        if state is None or state["of"] != which or from_iso(state["at"]) + _GOOD_FOR < current().clock.now():
            raise refusals.DELTA_TOKEN_EXPIRED.error()
        return state if page is not None else {**state, "until": directory.watermark()}
    for name in ("$orderby", "$count", "$expand", "$search", "$skip"):
        if option(name) is not None:
            raise refusals.DELTA_OPTION_REFUSED.error(name=name)
    return {
        "of": which,
        "since": None,
        "until": directory.watermark(),
        "at": iso(current().clock.now()),
        "skip": 0,
        "size": None,
        "latest": token is not None,
        "select": _chosen(TRACKED[which], option("$select")),
        "ids": _ids(option("$filter")),
    }


def _everything(state: Document) -> Iterator[Document]:
    """Yield every present object with its properties."""
    tracked, directory = TRACKED[state["of"]], current().directory
    for item in tracked.everything(current()):
        if state["ids"] is None or item["id"] in state["ids"]:
            row = _set_properties(tracked, item, state)
            if _MANAGER in (state["select"] or ()) and (manager := directory.manager(item["id"])):
                row["manager@delta"] = [_member(directory, manager, present=True)]
            if _with_members(tracked, state) and (joined := directory.members(item["id"])):
                row["members@delta"] = [_member(directory, key, present=True) for key in joined]
            yield row


def _changed(state: Document, *, minimal: bool) -> Iterator[Document]:
    """Yield the objects that changed since the token, each once, as they are now."""
    tracked, directory = TRACKED[state["of"]], current().directory
    for key, change in _gather(tracked, state).items():
        item = tracked.one(current(), key)
        if item is None:
            reason = "changed" if tracked.waits(current(), key) else "deleted"
            yield {"id": key, "@removed": {"reason": reason}}
            continue
        new = ALL in change.properties
        properties = change.properties & set(state["select"] or tracked.type.properties)
        members = change.members if _with_members(tracked, state) else {}
        if not properties and not members and not new:
            continue
        row: Document = {"id": key} if minimal and not new else _set_properties(tracked, item, state)
        row |= {name: item.get(name) for name in sorted(properties - {_MANAGER})}
        if _MANAGER in properties or (new and _MANAGER in (state["select"] or ())):
            row["manager@delta"] = [
                _member(directory, each, present=True) for each in (directory.manager(key),) if each
            ]
        if new and _with_members(tracked, state):
            members = {**dict.fromkeys(directory.members(key)), **members}
        if members:
            present = set(directory.members(key))
            row["members@delta"] = [_member(directory, each, present=each in present) for each in members]
        yield row


def _gather(tracked: Tracked, state: Document) -> dict[str, _Change]:
    changes_by_id: dict[str, _Change] = {}
    for line in current().directory.changes.between(state["since"], state["until"]):
        is_listed = state["ids"] is None or line["id"] in state["ids"]
        if line["type"] == tracked.kind and is_listed and ("properties" in line or "members" in line):
            change = changes_by_id.setdefault(line["id"], _Change())
            change.properties.update(line.get("properties", ()))
            change.members.update(dict.fromkeys(line.get("members", ())))
    return changes_by_id


def _set_properties(tracked: Tracked, item: Document, state: Document) -> Document:
    """Return the selected properties that were ever set."""
    names: tuple[str, ...] = state["select"] or tracked.type.shown or ()
    properties: Document = {"id": item["id"]}
    return properties | {name: item[name] for name in names if name in item}


def _with_members(tracked: Tracked, state: Document) -> bool:
    return tracked.link == _MEMBERS and (state["select"] is None or _MEMBERS in state["select"])


def _member(directory: Directory, key: str, *, present: bool) -> Document:
    kind = "group" if directory.get("Group", key) else "user"
    mark: Document = {"@odata.type": f"#microsoft.graph.{kind}", "id": key}
    return mark if present else {**mark, "@removed": {"reason": "deleted"}}


def _chosen(tracked: Tracked, text: str | None) -> list[str] | None:
    if not text:
        return None
    names: list[str] = []
    for name in (part.strip() for part in text.split(",")):
        spelling = tracked.link if name.lower() == tracked.link != "" else tracked.type.spelling(name)
        if spelling is None:
            raise refusals.SELECT_UNKNOWN.error(name=name, on_type=f" on type '{tracked.type.name}'")
        names.append(spelling)
    return names


def _ids(text: str | None) -> list[str] | None:
    """Return the ids in a filter, which may only list ids. Raises ODataError 400."""
    if text is None:
        return None
    ids, position = [], 0
    while (match := _ID.match(text, position)) is not None:
        ids.append(match[1])
        position = match.end()
    if position != len(text) or not ids or len(ids) > _MOST_IDS:
        raise refusals.DELTA_FILTER_REFUSED.error(limit=_MOST_IDS)
    return ids


def _page_size(state: Document) -> int:
    preferred = _PAGE.search(present().text("Prefer").lower())
    if preferred is not None and int(preferred[1]):
        return int(preferred[1])
    return page_size(state["size"] or 100)


def changes_of_applications() -> Response:
    return changes("applications")


def changes_of_principals() -> Response:
    return changes("servicePrincipals")


def changes_of_grants() -> Response:
    return changes("oauth2PermissionGrants")


ROUTES = (
    ("GET", "/<any(users, groups):which>/delta", changes),
    ("GET", "/applications/delta", changes_of_applications),
    ("GET", "/servicePrincipals/delta", changes_of_principals),
    ("GET", "/oauth2PermissionGrants/delta", changes_of_grants),
)

"""Mutants that write, lose or still show what a request did not name, tried anew in 2026-11: each brought a check."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from harness.scim.path import get
from harness.wire.message import Request
from tests.certification.right.mutants import Mutant, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.conftest import TOKEN

ELSE, ELSE_OF_GROUP = "3.5.2 nothing else", "3.5.2 nothing else of a group"
WHOLE, WHOLE_OF_GROUPS = "3.4.2.2 eq is whole", "3.4.2.2 eq of groups is whole"


def _exact_scheme(self: RightServer, request: Request) -> None:
    RightServer.authorize(self, request)
    if not (request.header("Authorization") or "").startswith("Bearer "):
        raise Refusal(401)


def _nearly(change: Callable[[str], str]) -> Callable[..., None]:
    """Let tokens in that are the right one once they are changed."""

    def authorize(self: RightServer, request: Request) -> None:
        if change(request.header("Authorization") or "") != change(f"Bearer {TOKEN}"):
            raise Refusal(401)

    return authorize


def _enabling(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.patch(self, kind, {**there, "active": True} if kind == "Users" else there, body)


def _losing(name: str, kind_: str = "Users") -> Callable[..., Any]:
    """Let any PATCH lose an attribute."""

    def patch(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        there_ = {key: each for key, each in there.items() if kind != kind_ or key != name}
        return RightServer.patch(self, kind, there_, body)

    return patch


def _all_of(name: str) -> Callable[..., None]:
    """Remove a whole list for one element of it."""

    def remove_chosen(self: Patching, place: Any, elements: list[Any]) -> None:
        if place.name == name:
            place.holder[name] = []
        else:
            Patching.remove_chosen(self, place, elements)

    return remove_chosen


def _ghosts(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    page = RightServer.listed(self, kind, query)
    if "filter" not in query:
        page["Resources"] += getattr(self, "graves", [])
    return page


def _buried(self: RightServer, kind: str, key: str) -> None:
    self.graves = [*getattr(self, "graves", []), self.kinds[kind][key]]
    RightServer.delete(self, kind, key)


def _stale(kind_: str, attribute: str) -> dict[str, Any]:
    """Let queries for an attribute see what a resource had at first."""

    def create(self: RightServer, kind: str, body: Any) -> Any:
        made = RightServer.create(self, kind, body)
        self.first = {**getattr(self, "first", {}), made["id"]: made.get(attribute)}
        return made

    def test(self: RightServer, query: dict[str, str]) -> Any:
        chosen = RightServer.test(self, query)
        if not query.get("filter", "").startswith(f"{attribute} eq"):
            return chosen
        return lambda each: chosen(
            {**each, attribute: self.first[each["id"]]} if each["id"] in self.kinds[kind_] else each
        )

    return {"create": create, "test": test}


def _former_groups(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    shown = RightServer.shown(self, resource, query)
    former = getattr(self, "former", {})
    if shown.get("groups"):
        self.former = {**former, shown["id"]: shown["groups"]}
    elif shown.get("id") in former:
        shown["groups"] = former[shown["id"]]
    return shown


def _wildcards(attribute: str) -> Callable[..., Any]:
    def test(self: RightServer, query: dict[str, str]) -> Any:
        match = re.fullmatch(attribute + r' eq "([^"]*)"', query.get("filter", ""))
        if match is None:
            return RightServer.test(self, query)
        pattern = re.escape(match[1]).replace("_", ".").replace("%", ".*")
        return lambda each: re.fullmatch(pattern, str(get(each, attribute)), re.IGNORECASE) is not None

    return test


def _every_group(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    if kind == "Groups" and query.get("filter", "").startswith("externalId"):
        query = {name: each for name, each in query.items() if name != "filter"}
    return RightServer.listed(self, kind, query)


BYSTANDERS: tuple[Mutant, ...] = (
    server("schemes have a case", "2 scheme in any case", authorize=_exact_scheme),
    *(
        server(f"tokens are compared {how}", "3.12 token that is nearly right", authorize=_nearly(change))
        for how, change in (
            ("without case", str.lower),
            ("by their beginning", lambda header: header[: len(f"Bearer {TOKEN}")]),
            ("up to a length", lambda header: header[:16]),
        )
    ),
    server("PATCH enables", ELSE, patch=_enabling),
    server("PATCH loses the title", ELSE, patch=_losing("title")),
    server("PATCH loses a group's externalId", ELSE_OF_GROUP, patch=_losing("externalId", "Groups")),
    *(
        patching(f"one of {name} is all of them", ELSE, remove_chosen=_all_of(name))
        for name in ("phoneNumbers", "addresses")
    ),
    patching("one member is all of them", ELSE_OF_GROUP, remove_chosen=_all_of("members")),
    server("the deleted stay in lists", "3.6 deleted in lists", listed=_ghosts, delete=_buried),
    server("userName's index is stale", "3.4.2.2 after PATCH", **_stale("Users", "userName")),
    server("externalId's index is stale", "3.4.2.2 after PUT", **_stale("Users", "externalId")),
    server("displayName's index is stale", "3.4.2.2 renamed group", **_stale("Groups", "displayName")),
    server("who left stays in groups", "7643 4.1.2 groups are shown", shown=_former_groups),
    server("externalId finds every group", "3.4.2.2 externalId of groups", listed=_every_group),
    server("_ is any sign", WHOLE, test=_wildcards("userName")),
    server("_ is any sign of externalId", WHOLE, test=_wildcards("externalId")),
    server("_ is any sign of groups", WHOLE_OF_GROUPS, test=_wildcards("displayName")),
    edited_filter("eq is sw", WHOLE, "^userName eq", "userName sw"),
    edited_filter("eq is ew", WHOLE, "^externalId eq", "externalId ew"),
    edited_filter("eq is co", WHOLE_OF_GROUPS, "^displayName eq", "displayName co"),
)

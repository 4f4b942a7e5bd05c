"""Mutants of 2026-11-30 that lose a part of much, leave a back door open, or take less than they declare; each brought a check."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from harness.scim.path import get
from harness.wire.message import Request, Response
from tests.certification.right import schema
from tests.certification.right.filters import elements
from tests.certification.right.mutants import Mutant, server
from tests.certification.right.patching import Refusal
from tests.certification.right.server import RightServer

READS, LONG, LIMIT = "3.12 unauthorized reads", "7643 2.3.1 long texts", "3.7.4 as many as declared"


def _open_at(ending: str) -> Any:
    """Ask for no token where an address ends so."""

    def authorize(self: RightServer, request: Request) -> None:
        if not request.url.partition("?")[0].endswith(ending):
            RightServer.authorize(self, request)

    return authorize


def _open_to_read(self: RightServer, request: Request) -> None:
    if request.method != "GET" or "/Users/" not in request.url:
        RightServer.authorize(self, request)


def _at_most(count: int) -> Any:
    def bulk(self: RightServer, body: Any, request: Request) -> Response:
        if len(get(body, "Operations")) > count:
            raise Refusal(413)
        return RightServer.bulk(self, body, request)

    return bulk


def _any_size(self: RightServer, body: Any, request: Request) -> Response:
    return RightServer.bulk(self, body, replace(request, body=b""))


def _located_where_done(self: RightServer, body: Any, request: Request) -> Response:
    answer = RightServer.bulk(self, body, request)
    document = answer.json()
    for each in document.get("Operations", []):
        if int(each["status"]) >= 400:
            each.pop("location", None)
    return replace(answer, body=json.dumps(document).encode())


def _cut(name: str, length: int) -> Any:
    def store(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
        if isinstance(resource.get(name), str):
            resource[name] = resource[name][:length]
        return RightServer.store(self, kind, resource, moment)

    return store


def _one_of_a_type(self: RightServer, kind: str, body: Any) -> Any:
    cleaned = RightServer.cleaned(self, kind, body)
    if mails := elements(cleaned, "emails"):
        cleaned["emails"] = list({each.get("type"): each for each in mails}.values())
    return cleaned


def _first_hundred(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    shown = RightServer.shown(self, resource, query)
    return {**shown, "members": shown["members"][:100]} if "members" in shown else shown


def _renaming_cuts(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.patch(self, kind, there, body)
    if there.get("displayName") != changed.get("displayName") and "members" in changed:
        changed["members"] = changed["members"][:100]
    return changed


def _listed_alone(self: RightServer, request: Request, root: str, rest: list[str], query: Any) -> Response:
    if root == "Schemas" and rest and rest[0] not in schema.CORE.values():
        raise Refusal(404)
    return RightServer.discovery(self, request, root, rest, query)


AMOUNTS: tuple[Mutant, ...] = (
    server("searches ask for no token", READS, authorize=_open_at("/.search")),
    server("bulk asks for no token", READS, authorize=_open_at("/Bulk")),
    server("whoever knows an id may read", READS, authorize=_open_to_read),
    server("bulk takes ten of a hundred", LIMIT, bulk=_at_most(10)),
    server("bulk takes any size", "3.7.4 maxPayloadSize", bulk=_any_size),
    server("what fails has no location", "3.7 bulk location", bulk=_located_where_done),
    server("externalId is cut at 36", LONG, store=_cut("externalId", 36)),
    server("displayName is cut at 100", LONG, store=_cut("displayName", 100)),
    server("userName is cut at 64", LONG, store=_cut("userName", 64)),
    server("an address for each type", "7643 2.4 two of a type", cleaned=_one_of_a_type),
    server("a hundred members are shown", "7643 4.2 many members", shown=_first_hundred),
    server("a rename keeps a hundred members", "7643 4.2 many members", patch=_renaming_cuts),
    server("an extension's schema is listed alone", "4 each schema", discovery=_listed_alone),
)

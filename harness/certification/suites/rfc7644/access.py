"""RFC 7644 on who may ask: whoever has no token changes nothing, and whoever has it may spell its scheme in any case.

Source: RFC 7644, 2 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644, RFC 6750, 2.1 and 3.1,
https://datatracker.ietf.org/doc/html/rfc6750, and RFC 7235, 2.1, https://datatracker.ietf.org/doc/html/rfc7235 (read
2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import query, require_document, require_status, require_value
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import BULK_REQUEST, NOT_OFFERED, SEARCH_REQUEST, need_groups
from harness.scim.names import PATCH_OP

_NO_OPERATIONS = {"schemas": [BULK_REQUEST], "Operations": list[Document]()}


def _writes(bench: Bench) -> None:
    path, made = new_user(bench)
    before = bench.endpoint.get(path).get("displayName")  # which a server may make out of the name's parts
    patch = {"schemas": [PATCH_OP], "Operations": [replaced("displayName", "Changed")]}
    for method, where, body in (
        ("POST", "/Users", user(bench)),
        ("PUT", path, {**made, "displayName": "Changed"}),
        ("PATCH", path, patch),
        ("DELETE", path, None),
    ):
        answer = bench.endpoint.ask(method, where, body, token="")
        require_status(f"{method} {where} without a token", answer, 401)
    require_value(f"GET {path} afterwards", bench.endpoint.get(path), "displayName", before)


def _groups(bench: Bench) -> None:
    need_groups(bench)
    path, _ = new_group(bench)
    for method, where in (("GET", "/Groups"), ("GET", path), ("DELETE", path)):
        answer = bench.endpoint.ask(method, where, token="")
        require_status(f"{method} {where} without a token", answer, 401)


def _reads(bench: Bench) -> None:
    path, made = new_user(bench)
    condition = f"userName eq {encode_text(made['userName'])}"
    asking: list[tuple[str, str, Any]] = [
        ("GET", where, None) for where in ("/Users", path, query("Users", condition))
    ]
    for root, body in (
        ("/Users/.search", _search(condition)),
        ("/.search", _search(condition)),
        ("/Bulk", _NO_OPERATIONS),
    ):
        if bench.endpoint.ask("POST", root, body).status not in NOT_OFFERED:
            asking.append(("POST", root, body))
    for token, whose in (("", "without a token"), (bench.word(), "with a token of nobody's")):
        for method, where, body in asking:
            answer = bench.endpoint.ask(method, where, body, token=token)
            require_status(f"{method} {where} {whose}", answer, 401)


def _search(condition: str) -> Document:
    return {"schemas": [SEARCH_REQUEST], "filter": condition, "count": 1}


def _scheme(bench: Bench) -> None:
    path, made = new_user(bench)
    for scheme in ("bearer", "BEARER"):
        headers = (("Authorization", f"{scheme} {bench.subject.token}"),)
        answer = bench.endpoint.ask("GET", path, headers=headers)
        label = f"GET {path} with the token after {scheme}"
        require_status(label, answer, 200)
        require_value(label, require_document(label, answer), "id", made["id"])
        wrong = bench.endpoint.ask("GET", path, headers=(("Authorization", f"{scheme} {bench.word()}"),))
        require_status(f"GET {path} with another token after {scheme}", wrong, 401)


def _like_the_right_one(bench: Bench) -> None:
    token = bench.subject.token
    for label, other in (
        ("four characters longer", f"{token}0000"),
        ("four characters shorter", token[:-4]),
        ("in the other case", token.swapcase()),
    ):
        if other not in (token, ""):
            bench.add_secret(other)
            answer = bench.endpoint.ask("GET", "/Users?count=1", token=other)
            require_status(f"GET /Users?count=1 with a token as the right one, but {label},", answer, 401)


CHECKS = (
    Check(
        "3.12 unauthorized writes",
        "RFC 7644 3.12: without a token POST, PUT, PATCH and DELETE answer 401 and change nothing",
        _writes,
    ),
    Check(
        "3.12 unauthorized reads",
        "RFC 7644 2 and 3.12: without a token, and with a wrong one, reads, queries, searches by POST and bulk, where there are such, answer 401",
        _reads,
    ),
    Check(
        "3.12 unauthorized groups",
        "RFC 7644 3.12: without a token reads and writes of groups answer 401",
        _groups,
    ),
    Check(
        "3.12 token that is nearly right",
        "RFC 7644 3.12 and RFC 6750 3.1: a token that is longer, shorter or in another case than the right one answers 401",
        _like_the_right_one,
    ),
    Check(
        "2 scheme in any case",
        "RFC 7644 2, by RFC 7235 2.1: Bearer is one name in any case; bearer and BEARER sign in, with the right token alone",
        _scheme,
        mandatory=False,
    ),
)

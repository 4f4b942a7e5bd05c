"""A recording as a scenario: each call a step, with the status it had; ids that the server made are taken from its answers.

Names and addresses are replaced by made-up ones (`diagnosis.reproducing.masking`), so that a recording can be handed on. Calls
about objects that existed before the recording are left out: elsewhere there are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus, unquote_plus, urlsplit

import orjson
import yaml

from harness.base.errors import HarnessError
from harness.traffic.calls import Call

Node = dict[str, Any]
Mask = Callable[[str], str]
# Members of SCIM and Graph whose values are the protocol's words, never personal.
_PROTOCOL = frozenset(
    {"schemas", "op", "path", "type", "primary", "active", "resourceType", "@odata.type", "value.type"}
)
# Resources of SCIM (RFC 7644, 3.2), by which a base of another name is known.
_RESOURCE = re.compile(r"/(?:Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig|Bulk|Me)(?=/|\Z)")
# An id as Graph (a UUID) and AWS (perhaps with ten digits in front) make them, and where a body names somebody by it.
_ID = re.compile(r"(?:[0-9a-f]{10}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARIABLE = re.compile(r"(\$\{id \d+\})")
_NAMING = frozenset({"principalId", "resourceId", "@odata.id"})
_REFERENCE = re.compile(r"members|manager", re.IGNORECASE)
_BASES = {"/scim/v2": "scim request", "/v1.0": "graph request", "/beta": "graph request"}


def text(calls: Iterable[Call], mask: Mask, profile: str) -> str:
    """Return a scenario as YAML. Calls that are neither SCIM's nor Graph's are left out.

    Raises HarnessError where none is left.
    """
    calls = list(calls)
    usable = list(_about_what_was_made(calls))
    steps = list(_steps(usable, mask))
    if not steps:
        raise HarnessError(
            "none of the calls is SCIM's (…/Users, …/Groups) or Graph's (/v1.0, /beta) and about what the others made"
        )
    accounts = list(_held(calls, mask))
    document: Node = {
        "scenario": f"Recorded - {len(steps)} calls",
        "tags": ["reported", "recorded"],
        "profile": profile,
        **({"given": {"aws_sso": {"users": accounts}}} if accounts else {}),
        "steps": [{"enable automatic provisioning": {}}, *steps],
    }
    left_out = len(calls) - len(usable)
    comment = (
        f"# Left out: calls about what was there before the recording, {left_out}.\n" if left_out else ""
    )
    return comment + yaml.safe_dump(
        document, sort_keys=False, allow_unicode=False, width=120, default_flow_style=None
    )


def _about_what_was_made(calls: Iterable[Call]) -> Iterator[Call]:
    """Yield the calls without those that succeeded with an id from before the recording."""
    made: set[str] = set()
    for call in calls:
        place = _place(call)[1].partition("?")[0]
        ids = {*_ID.findall(place), *_ids(_json(call.request.body))}
        if call.status < 400 and ids - made:
            continue
        answer = _json(call.response.body) if call.response else None
        if call.status == 201 and isinstance(answer, dict) and isinstance(answer.get("id"), str):
            made.add(answer["id"])
        yield call


def _ids(body: Any) -> Iterator[str]:
    """Yield the ids of other objects in a body: members, managers, principals and resources of assignments."""
    if isinstance(body, list):
        for item in body:
            yield from _ids(item)
    if isinstance(body, dict):
        is_value = "op" not in body or _REFERENCE.search(str(body.get("path", ""))) is not None
        for key, value in body.items():
            if isinstance(value, str) and (key in _NAMING or (key == "value" and is_value)):
                yield from _ID.findall(value)
            else:
                yield from _ids(value)


def _steps(calls: Iterable[Call], mask: Mask) -> Iterator[Node]:
    made: dict[str, str] = {}
    for call in calls:
        verb, path = _place(call)
        if not verb:
            continue
        arguments: Node = {"method": call.request.method, "path": _masked_query(_with_ids(path, made), mask)}
        body = _json(call.request.body)
        if body is not None:
            arguments["body"] = _masked(_with_ids(body, made), mask, "")
        step: Node = {verb: arguments}
        if call.status:
            step["expect"] = {"status": call.status}
        answer = _json(call.response.body) if call.response else None
        if call.status == 201 and isinstance(answer, dict) and isinstance(answer.get("id"), str):
            name = f"id {len(made) + 1}"
            made[answer["id"]] = f"${{{name}}}"
            step["let"] = {name: "body.id"}
        yield step


def _held(calls: Iterable[Call], mask: Mask) -> Iterator[Node]:
    """Yield the accounts that must have existed before: a creation was refused as their duplicate."""
    made: set[str] = set()
    for call in calls:
        body = _json(call.request.body)
        if (
            call.request.method != "POST"
            or not isinstance(body, dict)
            or not isinstance(body.get("userName"), str)
        ):
            continue
        name = body["userName"]
        if call.status == 409 and name.casefold() not in made:
            profile = {"displayName": "Made By Hand", "name": {"givenName": "Made", "familyName": "By Hand"}}
            yield {"userName": mask(name), **profile}
        made.add(name.casefold())


def _place(call: Call) -> tuple[str, str]:
    """Return the verb of the service that a call is for, and the path below its base."""
    parts = urlsplit(call.request.url)
    for base, verb in _BASES.items():
        if base in parts.path:
            path = parts.path[parts.path.index(base) + len(base) :] or "/"
            return verb, f"{path}?{parts.query}" if parts.query else path
    if (match := _RESOURCE.search(parts.path)) is not None:
        path = parts.path[match.start() :]
        return "scim request", f"{path}?{parts.query}" if parts.query else path
    return "", ""


def _masked_query(path: str, mask: Mask) -> str:
    """Mask the values in a filter; ids, their variables and names of attributes stay."""
    before, question, query = path.partition("?")
    for quote in ('"', "%22"):
        pieces = query.split(quote)
        query = quote.join(
            _around_variables(piece, lambda text: quote_plus(mask(unquote_plus(text))))
            if number % 2
            else piece
            for number, piece in enumerate(pieces)
        )
    return before + question + query


def _masked(value: Any, mask: Mask, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item, mask, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, mask, name) for item in value]
    if isinstance(value, str) and name not in _PROTOCOL:
        return _around_variables(value, mask)
    return value


def _around_variables(text: str, mask: Mask) -> str:
    pieces = _VARIABLE.split(text)
    return "".join(piece if number % 2 or not piece else mask(piece) for number, piece in enumerate(pieces))


def _with_ids(value: Any, made: dict[str, str]) -> Any:
    """Replace each id by its variable."""
    if isinstance(value, dict):
        return {key: _with_ids(item, made) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_ids(item, made) for item in value]
    if isinstance(value, str):
        for key, variable in made.items():
            value = value.replace(key, variable)
    return value


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body else None
    except ValueError:
        return None

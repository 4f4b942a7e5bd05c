"""JSON batching: up to twenty requests in one, each answered as if it came alone, in the order that `dependsOn` demands.

Ids are compared without regard to case. Two quirks say which orders of dependent requests Graph refuses.

Source: https://learn.microsoft.com/en-us/graph/json-batching, "Creating a batch request" and "Sequencing requests with the
dependsOn property" (read 2026-11-29 at 028b8e3 of microsoftgraph/microsoft-graph-docs-contrib): the limit, ids, 400 for a
malformed batch, a Content-Type with every body, 424 behind a failure.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from harness.azure_ad.graph.odata import batch_refusals, refusals
from harness.azure_ad.graph.odata.entities import answer, body, version
from harness.azure_ad.tenant import GRAPH, TENANT, current
from harness.base import json_text
from harness.base.store import Document
from harness.wire.inprocess import inprocess
from harness.wire.message import Headers, Request, Response
from harness.wire.present import present

MOST_STEPS = 20
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_WRITING = ("POST", "PUT", "PATCH")
_FORM = '{"requests": [{"id": text, "method": "GET", "url": "/users", "headers": {…}, "body": …, "dependsOn": [id]}]}'
# The characters of a path that are not encoded again, beside letters and digits; `%` is one, for encoded parts.
_SAFE = "%/?&=$'()@:,+;!*~#"


def batch() -> Response:
    """Carry out the requests in their order; one that depends on a failed one is answered 424 instead."""
    steps = _steps(body().get("requests"))
    statuses: dict[str, int] = {}
    responses: list[Document] = []
    for step in _in_order(steps):
        failed = any(statuses[needed] >= 400 for needed in _needed(step))
        response = _failed(step) if failed else _carried_out(step)
        statuses[_key(step)] = response["status"]
        responses.append(response)
    return answer({"responses": responses})


def _steps(requests: Any) -> list[Document]:
    """Return the requests of a batch. Raises ODataError 400 for a malformed batch."""
    if not isinstance(requests, list) or not requests:
        raise refusals.BODY_FORM.error(form=_FORM)
    if len(requests) > MOST_STEPS:
        raise batch_refusals.TOO_LONG.error()
    seen: set[str] = set()
    for step in requests:
        if not isinstance(step, dict) or not _is_step(step):
            raise refusals.BODY_FORM.error(form=_FORM)
        if _key(step) in seen:
            raise batch_refusals.ID_TWICE.error(id=step["id"][:40])
        if str(step["method"]).upper() in _WRITING and not _has_content(step):
            raise batch_refusals.CONTENT_TYPE_NEEDED.error(id=step["id"][:40])
        seen.add(_key(step))
    for step in requests:
        for needed in _needed(step):
            if needed not in seen:
                raise batch_refusals.DEPENDENCY_UNKNOWN.error(id=step["id"][:40], needed=needed[:40])
    _check_order(requests)
    return requests


def _key(step: Document) -> str:
    key: str = step["id"]
    return key.casefold()


def _needed(step: Document) -> list[str]:
    return [needed.casefold() for needed in step.get("dependsOn") or ()]


def _has_content(step: Document) -> bool:
    return "body" in step and "content-type" in {name.lower() for name in step.get("headers") or {}}


def _check_order(steps: list[Document]) -> None:
    """Raise ODataError 400 for an order of dependent requests that one of the two quirks forbids."""
    quirks = current().quirks
    before: set[str] = set()
    for step in steps:
        if quirks["batch-dependencies-stand-earlier"] and not before.issuperset(_needed(step)):
            raise batch_refusals.DEPENDENCY_LATER.error(id=step["id"][:40])
        before.add(_key(step))
    keys = [_key(step) for step in steps]
    sequential = [[], *([key] for key in keys[:-1])]
    needed = [_needed(step) for step in steps]
    if quirks["batch-wholly-ordered"] and any(needed) and needed != sequential:
        raise batch_refusals.HALF_ORDERED.error()


def _is_step(step: Document) -> bool:
    needed, headers = step.get("dependsOn") or [], step.get("headers") or {}
    return (
        isinstance(step.get("id"), str)
        and isinstance(step.get("url"), str)
        and str(step.get("method")).upper() in _METHODS
        and isinstance(needed, list)
        and all(isinstance(each, str) for each in needed)
        and isinstance(headers, dict)
        and all(isinstance(value, str) and value.isprintable() for value in headers.values())
    )


def _in_order(steps: list[Document]) -> list[Document]:
    """Return the steps, each after those it depends on. Raises ODataError 400 for steps that depend on each other."""
    waiting, done, result = list(steps), set[str](), list[Document]()
    while waiting:
        ready = [step for step in waiting if done.issuperset(_needed(step))]
        if not ready:
            raise batch_refusals.LOOP.error(ids=", ".join(step["id"][:40] for step in waiting))
        result += ready
        done.update(_key(step) for step in ready)
        waiting = [step for step in waiting if _key(step) not in done]
    return result


def _carried_out(step: Document) -> Document:
    address = "/" + _relative(step["url"]).lstrip("/")
    if address.lower().startswith("/$batch"):
        raise batch_refusals.IN_BATCH.error(id=step["id"][:40])
    url = f"{current().settings.graph_origin}/{version()}{quote(address, safe=_SAFE)}"
    send = inprocess(present().environ[GRAPH], {TENANT: current()})
    message = send(Request(step["method"].upper(), url, _headers(step), _body(step.get("body"))))
    return _shown(step["id"], message)


def _relative(url: str) -> str:
    """Return the part after the version of a whole URL of this service; return any other text as it is.

    The SDK's core for Python puts whole URLs into its batches: https://github.com/microsoftgraph/msgraph-sdk-python-core,
    src/msgraph_core/requests/batch_request_item.py, `__init__` takes the url of the request as it is (read 2026-11-29 at
    d6e481a).
    """
    root = f"{current().settings.graph_origin}/{version()}/"
    return url[len(root) :] if url.lower().startswith(root.lower()) else url


def _headers(step: Document) -> Headers:
    """Return the step's headers; the batch's own Authorization is added where the step has none."""
    own: Document = dict(step.get("headers") or {})
    if "authorization" not in {name.lower() for name in own}:
        own["Authorization"] = present().text("Authorization")
    return tuple((name, value) for name, value in own.items() if name.lower() != "content-length")


def _body(value: Any) -> bytes:
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else json_text.encode(value)


def _shown(key: str, message: Response) -> Document:
    names = ("Location", "Retry-After", "Cache-Control", "Content-Type")
    headers = {name: value for name in names if (value := message.header(name))}
    entry: Document = {"id": key, "status": message.status, "headers": headers}
    if message.body:
        is_json = "json" in headers.get("Content-Type", "")
        entry["body"] = message.json() if is_json else base64.b64encode(message.body).decode()
    return entry


def _failed(step: Document) -> Document:
    error = batch_refusals.DEPENDENCY_FAILED.error()
    document = {"error": {"code": error.code, "message": error.message}}
    return {
        "id": step["id"],
        "status": error.status,
        "headers": {"Content-Type": "application/json"},
        "body": document,
    }


ROUTES = (("POST", "/$batch", batch),)

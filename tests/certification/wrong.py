"""Servers made wrong in one point: what a check asks for is changed on its way to a right server, or on its way back.

A `Wrong` makes of a transport another one. It applies to requests by a pattern for `POST /Users?filter=…`, percent-decoded
and without the base.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote_plus, urlsplit

from harness.wire.message import Request, Response, Send

URL = "https://scim.example.com/v2"
Wrong = Callable[[Send], Send]
SCIM_JSON = (("Content-Type", "application/scim+json"),)


def meeting(pattern: str, act: Callable[[Request, Send], Response]) -> Wrong:
    """Answer the requests of a pattern in another way, with or without the server."""

    def wrong(send: Send) -> Send:
        def sent(request: Request) -> Response:
            route = f"{request.method} {unquote_plus(request.url.removeprefix(URL))}"
            return act(request, send) if re.match(pattern, route) else send(request)

        return sent

    return wrong


def asking(pattern: str, change: Callable[[Request], Request | Response]) -> Wrong:
    """Change requests, or answer them before they come to the server."""

    def act(request: Request, send: Send) -> Response:
        changed = change(request)
        return changed if isinstance(changed, Response) else send(changed)

    return meeting(pattern, act)


def answering(pattern: str, change: Callable[[Response], Response], *, when: int | None = None) -> Wrong:
    """Change answers, all of them or those of a status (`when`)."""

    def act(request: Request, send: Send) -> Response:
        response = send(request)
        return change(response) if when in (None, response.status) else response

    return meeting(pattern, act)


def editing(pattern: str, edit: Callable[[Any], Any], *, when: int | None = None) -> Wrong:
    """Edit the JSON of answers: in place, or by returning another one."""
    return answering(
        pattern, lambda response: replace(response, body=_edited(response.body, edit)), when=when
    )


def editing_request(pattern: str, edit: Callable[[Any], Any]) -> Wrong:
    """Edit the JSON of requests: in place, or by returning another one."""
    return asking(pattern, lambda request: replace(request, body=_edited(request.body, edit)))


def _edited(body: bytes, edit: Callable[[Any], Any]) -> bytes:
    if not body:
        return body
    document = json.loads(body)
    other = edit(document)
    return json.dumps(document if other is None else other).encode()


def operations(pattern: str, change: Callable[[list[Any]], list[Any]]) -> Wrong:
    """Change the operations of PATCH requests; when none is left the request is answered with 204."""

    def changed(request: Request) -> Request | Response:
        body = json.loads(request.body)
        left = change(body["Operations"])
        if not left:
            return Response(204)
        return replace(request, body=json.dumps({**body, "Operations": left}).encode())

    return asking(f"PATCH {pattern}", changed)


def ignoring(pattern: str, ignored: Callable[[Any], bool] = lambda _: True) -> Wrong:
    """Say that a PATCH was done, and leave some or all operations undone."""
    return operations(pattern, lambda all_: [each for each in all_ if not ignored(each)])


def swallowing(pattern: str, status: int = 204, body: Any = None) -> Wrong:
    """Give an answer, and do nothing."""
    return meeting(pattern, lambda _request, _send: reply(status, body))


def reply(status: int, body: Any = None) -> Response:
    return Response(status, SCIM_JSON, b"" if body is None else json.dumps(body).encode())


def status(pattern: str, told: int, *, when: int | None = None, body: bytes | None = None) -> Wrong:
    """Answer with another status, and with another body if there is one."""
    return answering(
        pattern,
        lambda response: replace(response, status=told, body=response.body if body is None else body),
        when=when,
    )


def without_query(name: str) -> Callable[[Request], Request]:
    """Return a change of requests that passes a query parameter over."""

    def changed(request: Request) -> Request:
        parts = urlsplit(request.url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items() if key != name}
        told = "&".join(f"{key}={quote(value)}" for key, value in query.items())
        return replace(request, url=parts._replace(query=told).geturl())

    return changed


def without_header(pattern: str, name: str) -> Wrong:
    def change(response: Response) -> Response:
        kept = tuple(each for each in response.headers if each[0].lower() != name.lower())
        return replace(response, headers=kept)

    return answering(pattern, change)


def rewriting(pattern: str, old: str, new: str) -> Wrong:
    """Put another text into the address, where a regular expression matches it."""

    def change(request: Request) -> Request:
        path = re.sub(old, new, unquote_plus(request.url.removeprefix(URL)))
        return replace(request, url=URL + quote(path, safe="/?&=,"))

    return asking(pattern, change)


def setting(**members: Any) -> Callable[[Any], None]:
    return lambda document: document.update(members)


def dropping(name: str) -> Callable[[Any], None]:
    def drop(document: Any) -> None:
        document.pop(name, None)

    return drop


def each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return an edit of lists that changes each resource; it leaves alone what is no list."""

    def edit(listed: Any) -> Any:
        if "Resources" not in listed:
            return listed
        return {**listed, "Resources": [change(resource) for resource in listed["Resources"]]}

    return edit


def without(name: str) -> Callable[[Any], Any]:
    """Return how a resource reads that has lost an attribute."""
    return lambda resource: {key: value for key, value in resource.items() if key != name}


def at(pattern: str) -> Callable[[Any], bool]:
    """Tell of operations whether their path holds a pattern."""
    return lambda operation: re.search(pattern, operation.get("path", "")) is not None

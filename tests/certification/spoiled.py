"""Servers made wrong in one point: what a check asks for is changed on its way to a right server, or on its way back.

A spoiler names the requests that it applies to by a pattern for `POST /Users?filter=…`, percent-decoded and without the base.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from harness.wire.message import Request, Response, Send
from tests.certification.conftest import URL

Spoiler = Callable[[Send], Send]
SCIM_JSON = (("Content-Type", "application/scim+json"),)


def meeting(pattern: str, act: Callable[[Request, Send], Response]) -> Spoiler:
    """Answer the requests of a pattern in another way, with or without the server."""

    def spoiler(send: Send) -> Send:
        def sent(request: Request) -> Response:
            told = f"{request.method} {unquote(request.url.removeprefix(URL))}"
            return act(request, send) if re.match(pattern, told) else send(request)

        return sent

    return spoiler


def asking(pattern: str, change: Callable[[Request], Request]) -> Spoiler:
    return meeting(pattern, lambda request, send: send(change(request)))


def answering(pattern: str, change: Callable[[Response], Response], *, when: int | None = None) -> Spoiler:
    """Change answers, all of them or those of a status (`when`)."""

    def act(request: Request, send: Send) -> Response:
        response = send(request)
        return change(response) if when in (None, response.status) else response

    return meeting(pattern, act)


def editing(pattern: str, edit: Callable[[Any], None], *, when: int | None = None) -> Spoiler:
    """Edit the JSON of answers, in place."""
    return answering(
        pattern, lambda response: replace(response, body=_edited(response.body, edit)), when=when
    )


def editing_request(pattern: str, edit: Callable[[Any], None]) -> Spoiler:
    """Edit the JSON of requests, in place."""
    return asking(pattern, lambda request: replace(request, body=_edited(request.body, edit)))


def _edited(body: bytes, edit: Callable[[Any], None]) -> bytes:
    document = json.loads(body)
    edit(document)
    return json.dumps(document).encode()


def swallowing(pattern: str, status: int = 204, body: Any = None) -> Spoiler:
    """Say that something was done, and do nothing."""
    text = b"" if body is None else json.dumps(body).encode()
    return meeting(pattern, lambda _request, _send: Response(status, SCIM_JSON, text))


def status(pattern: str, told: int, *, when: int | None = None) -> Spoiler:
    return answering(pattern, lambda response: replace(response, status=told), when=when)


def without_header(pattern: str, name: str) -> Spoiler:
    def change(response: Response) -> Response:
        kept = tuple(each for each in response.headers if each[0].lower() != name.lower())
        return replace(response, headers=kept)

    return answering(pattern, change)


def rewriting(pattern: str, old: str, new: str) -> Spoiler:
    """Put another text into the address, where a regular expression matches it."""

    def change(request: Request) -> Request:
        path = re.sub(old, new, unquote(request.url.removeprefix(URL)))
        return replace(request, url=URL + quote(path, safe="/?&=,"))

    return asking(pattern, change)


def setting(**members: Any) -> Callable[[Any], None]:
    return lambda document: document.update(members)


def dropping(name: str) -> Callable[[Any], None]:
    def drop(document: Any) -> None:
        document.pop(name, None)

    return drop

"""Exchanges as HAR 1.2, both ways: https://w3c.github.io/web-performance/specs/HAR/Overview.html (read 2026-11-30).

What is written has no secrets. What is read may lack bodies, sizes and times.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.base import __version__, json_text
from harness.wire.message import Headers, Request, Response, reason_phrase
from harness.wire.recording.exchanges import Exchange

_VERSION = "HTTP/1.1"
_UNKNOWN_SIZE = -1


def har_texts(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Yield the text of a HAR document, in pieces of one entry a line."""
    creator = json_text.encode({"name": "scim-harness", "version": __version__}).decode()
    yield f'{{"log":{{"version":"1.2","creator":{creator},"entries":['
    for number, exchange in enumerate(exchanges):
        yield ("," if number else "") + "\n" + json_text.encode(entry(exchange)).decode()
    yield "\n]}}\n"


def entry(exchange: Exchange) -> dict[str, Any]:
    """Return one exchange as an entry; one without an answer has the status 0, as browsers write it, and says why in a comment."""
    request, response = exchange.request, exchange.response
    shown: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(request.headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        ],
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": len(request.body),
    }
    if request.body:
        text = request.body.decode("utf-8", "replace")
        shown["postData"] = {"mimeType": request.header("content-type") or "", "text": text}
    answer = response or Response(0)
    content: dict[str, Any] = {"size": len(answer.body), "mimeType": answer.header("content-type") or ""}
    try:
        content["text"] = answer.body.decode()
    except UnicodeDecodeError:
        content |= {"text": base64.b64encode(answer.body).decode(), "encoding": "base64"}
    return {
        "startedDateTime": exchange.at,
        "time": 0,
        "request": shown,
        "response": {
            "status": answer.status,
            "statusText": reason_phrase(answer.status),
            "httpVersion": _VERSION,
            "cookies": [],
            "headers": _named(answer.headers),
            "content": content,
            "redirectURL": answer.header("location") or "",
            "headersSize": _UNKNOWN_SIZE,
            "bodySize": len(answer.body),
            "comment": exchange.error or "",
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": f"{exchange.source} to {exchange.target}",
    }


def read_entry(shown: Mapping[str, Any]) -> tuple[Request, Response | None]:
    """Read one entry; no response where none was recorded. Raises LookupError or TypeError for what is no entry."""
    sent, answered = shown["request"], shown.get("response") or {}
    body = (sent.get("postData") or {}).get("text") or ""
    request = Request(str(sent["method"]), str(sent["url"]), _pairs(sent.get("headers")), body.encode())
    status = int(answered.get("status") or 0)
    if status <= 0:
        return request, None
    content = answered.get("content") or {}
    text = content.get("text") or ""
    encoded = content.get("encoding") == "base64"
    return request, Response(
        status, _pairs(answered.get("headers")), base64.b64decode(text) if encoded else text.encode()
    )


def _named(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _pairs(headers: Any) -> Headers:
    """Return headers without HTTP/2's pseudo ones."""
    named = ((str(each["name"]), str(each["value"])) for each in headers or ())
    return tuple((name, value) for name, value in named if not name.startswith(":"))

"""Calls in flow files of mitmproxy, of every version of the format from 0.11 (2015) to 21 (2024), and later ones alike.

The names in each version: https://github.com/mitmproxy/mitmproxy/blob/main/mitmproxy/io/compat.py (functions
`convert_013_014` and `convert_015_016`: `code` became `status_code`, `content` was `body` for two versions; the rest is about
connections, which are not looked at) and …/mitmproxy/http.py (classes `RequestData`, `ResponseData`), read 2026-11-29.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.traffic.encodings import decoded
from harness.traffic.tnetstrings import NotTnetstringError, values
from harness.wire.message import Headers, Request, Response

_DEFAULT_PORTS = {"http": 80, "https": 443}


class NotFlowsError(ValueError):
    """The file is no flow file, or has names of an unknown version; the message says which flow."""


def read_flows(content: bytes) -> Iterator[tuple[Request, Response | None]]:
    """Yield the calls of a flow file, with None for a missing response. Flows other than HTTP are left out."""
    flows = values(content)
    number = 0
    while True:
        number += 1
        try:
            flow = next(flows)
        except StopIteration:
            return
        except NotTnetstringError as error:
            raise NotFlowsError(
                f"flow {number} is damaged, or was not written to its end ({error})"
            ) from error
        if not isinstance(flow, dict):
            raise NotFlowsError(f"flow {number} is not one")
        if _text(flow.get("type", "http")) == "http" and flow.get("request"):
            yield _call(flow, number)


def _call(flow: Mapping[str, Any], number: int) -> tuple[Request, Response | None]:
    try:
        return _request(flow["request"]), _response(flow.get("response"))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        version = flow.get("version", "unknown")
        raise NotFlowsError(
            f"flow {number}, of version {version} of the format, has another shape ({error!r})"
        ) from error


def _request(message: Mapping[str, Any]) -> Request:
    headers = _headers(message["headers"])
    scheme, host, port = (_text(message[name]) for name in ("scheme", "host", "port"))
    scheme = scheme or "https"
    place = f"[{host}]" if ":" in host else host
    address = place if _DEFAULT_PORTS.get(scheme) == int(port) else f"{place}:{port}"
    url = f"{scheme}://{address}{_text(message['path'])}"
    return Request(_text(message["method"]), url, headers, _content(message, headers))


def _response(message: Mapping[str, Any] | None) -> Response | None:
    if message is None:
        return None
    headers = _headers(message["headers"])
    status = message["status_code"] if "status_code" in message else message["code"]
    return Response(int(status), headers, _content(message, headers))


def _content(message: Mapping[str, Any], headers: Headers) -> bytes:
    """Return a body, decoded; one that was not recorded, or has an unknown encoding, is empty."""
    body = message.get("content") or message.get("body") or b""
    return decoded(headers, body) or b""


def _headers(pairs: Any) -> Headers:
    """Return headers without HTTP/2's pseudo ones."""
    named = ((_text(name), _text(value)) for name, value in pairs)
    return tuple((name, value) for name, value in named if not name.startswith(":"))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

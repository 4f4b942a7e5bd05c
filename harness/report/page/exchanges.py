"""Exchanges and JSON as texts on a page: headers, formatted bodies, the command that repeats a request."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from harness.scenario.live import served
from harness.wire.recording.exchanges import Exchange

_LINE = 110
_ENCODE = json.JSONEncoder(ensure_ascii=False, default=str).encode


def exchange_details(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """Return the details of an exchange, each as name and text: request, response or transport error, curl line."""
    request, response = exchange.request, exchange.response
    body = _body(request.body)
    head = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in request.headers)]
    details: tuple[tuple[str, str], ...] = (("request", _message(head, body)),)
    if response is not None:
        head = [str(response.status), *(f"{name}: {value}" for name, value in response.headers)]
        details += (("response", _message(head, _body(response.body))),)
    else:
        details += (("no response", exchange.error or ""),)
    return (*details, ("again by hand", served(exchange).curl(body)))


def _message(head: list[str], body: str) -> str:
    return "\n".join([*head, "", body] if body else head)


def _body(body: bytes) -> str:
    if not body:
        return ""
    try:
        return pretty(json.loads(body))
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def pretty(value: Any) -> str:
    """Return a text as it is, and anything else as formatted JSON."""
    return value if isinstance(value, str) else _laid_out(value, "")


def _laid_out(value: Any, indent: str) -> str:
    """Return JSON in which each part that fits into one line has one line."""
    line = _ENCODE(value)
    if len(indent) + len(line) <= _LINE or not value or not isinstance(value, dict | list):
        return line
    inner = indent + " "
    if isinstance(value, dict):
        items = [f"{_ENCODE(str(name))}: {_laid_out(item, inner)}" for name, item in value.items()]
    else:
        items = [_laid_out(item, inner) for item in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    return f"{opened}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{closed}"


def plain(text: str) -> Markup:
    """Escape text between tags, where a quote may stay a quote: logs are full of them."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))  # noqa: S704 - just escaped

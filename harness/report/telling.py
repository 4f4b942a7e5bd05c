"""Telling of exchanges and JSON on a page: headers, bodies laid out for people, the command that repeats a request."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from harness.wire.record import Exchange

_MAX_BODY = 8_000
_MAX_COMMAND = 2_000
_LINE = 110


def exchange_details(exchange: Exchange, *, repeatable: bool = True) -> tuple[tuple[str, str], ...]:
    """Return name and text of what an exchange opens on: request, response or what stood for it, and a curl line."""
    request, response = exchange.request, exchange.response
    head = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in request.headers)]
    details: tuple[tuple[str, str], ...] = (("request", "\n".join(head) + _body(request.body)),)
    if response is not None:
        head = [str(response.status), *(f"{name}: {value}" for name, value in response.headers)]
        details += (("response", "\n".join(head) + _body(response.body)),)
    else:
        details += (("no response", exchange.error or ""),)
    command = exchange.curl()
    if len(command) <= _MAX_COMMAND and repeatable:
        details += (("again by hand", command),)
    return details


def _body(body: bytes) -> str:
    if not body:
        return ""
    try:
        text = pretty(json.loads(body))
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    return "\n\n" + _shortened(text)


def pretty(value: Any) -> str:
    """Write a text as it is and anything else as JSON, laid out; what is very long is cut."""
    if isinstance(value, str):
        return _shortened(value)
    return _shortened(_laid_out(value, ""))


def _laid_out(value: Any, indent: str) -> str:
    """Write JSON with whatever fits into a line on one line."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    if len(indent) + len(line) <= _LINE or not value or not isinstance(value, dict | list):
        return line
    inner = indent + " "
    if isinstance(value, dict):
        items = [f"{json.dumps(str(name))}: {_laid_out(item, inner)}" for name, item in value.items()]
    else:
        items = [_laid_out(item, inner) for item in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    return f"{opened}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{closed}"


def plain(text: str) -> Markup:
    """Escape text between tags, where a quote may stay a quote: logs are full of them."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))  # noqa: S704 - just escaped


def _shortened(text: str) -> str:
    return (
        text if len(text) <= _MAX_BODY else f"{text[:_MAX_BODY]}\n… {len(text) - _MAX_BODY} more characters"
    )

"""Requests that come in over WSGI: the body, and a `Request` for applications that pass requests on or record them."""

from __future__ import annotations

import string
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.wire.message import MAX_BODY, Headers, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Where our own server puts a request's headers as they came, as (name, value) in octets: whoever keeps them need not look.
RAW_HEADERS = "harness.raw_headers"
# Where whoever stands in front of an application leaves what hears of the whole answer that our own server sends.
ANSWERED = "harness.answered"
_BARE_HEADERS = {"CONTENT_TYPE": "Content-Type"}
# The port, and chunks that are joined by now.
_NOT_PASSED_ON = frozenset({"HTTP_HOST", "HTTP_TRANSFER_ENCODING"})
_NEVER_QUOTED = string.punctuation + string.whitespace


def request_of(environ: WSGIEnvironment, origin: str) -> Request:
    """Return a request as if it had been sent to `origin`; its `Host` is left out."""
    from werkzeug.wsgi import get_input_stream

    path = "/" + quote(environ["PATH_INFO"].removeprefix("/").encode("latin-1"))  # `OPTIONS *` has no slash
    query = quote(environ["QUERY_STRING"].encode("latin-1"), safe=_NEVER_QUOTED)
    url = f"{origin}{path}?{query}" if query else f"{origin}{path}"
    return Request(environ["REQUEST_METHOD"], url, _headers(environ), get_input_stream(environ).read())


def body_of(environ: WSGIEnvironment) -> bytes | None:
    """Return a request's body, which can be read again; None if it is longer than MAX_BODY, or breaks off."""
    stream = environ["wsgi.input"]
    if isinstance(stream, BytesIO):  # all of it came along, as our own server and transport have it
        body = stream.getvalue()
        return body if len(body) <= MAX_BODY else None
    from werkzeug.exceptions import HTTPException
    from werkzeug.wsgi import get_input_stream

    try:
        body = get_input_stream(environ, max_content_length=MAX_BODY).read()
    except HTTPException:
        return None
    environ["wsgi.input"] = BytesIO(body)
    return body


def _headers(environ: WSGIEnvironment) -> Headers:
    named = {key: name for key, name in _BARE_HEADERS.items() if environ.get(key)}
    for key in environ:
        if key.startswith("HTTP_") and key not in _NOT_PASSED_ON:
            named[key] = key.removeprefix("HTTP_").replace("_", "-").title()
    return tuple((name, str(environ[key])) for key, name in named.items())

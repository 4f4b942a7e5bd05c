"""Reads a SCIM request: the parameters of its query, and its body as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from harness.aws_sso.documents import decode
from harness.aws_sso.refusals import INVALID, Refused
from harness.wire.incoming import body_of
from harness.wire.present import AS_SENT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def parameters_of(query_string: str) -> dict[str, str]:
    """Return the query's parameters; the first value of each counts."""
    query: dict[str, str] = {}
    for pair in filter(None, query_string.encode("latin-1").decode().split("&")):
        name, _, value = pair.replace("+", " ").partition("=")
        query.setdefault(_unquoted(name), _unquoted(value))
    return query


def _unquoted(text: str) -> str:
    return unquote_to_bytes(text).decode(errors=AS_SENT) if "%" in text else text


def document_of(environ: WSGIEnvironment) -> object:
    """Return the document of a request. Raises Refused (ValidationException) for a body that is no JSON, or too long."""
    text = body_of(environ)
    if text is None:
        raise Refused(INVALID)
    try:
        return decode(text)
    except ValueError as error:
        raise Refused(INVALID, "Invalid JSON from RequestBody") from error

"""The gate in front of a served application: headers for every page and, beyond loopback, the key.

A person types the key once and then has a cookie (`POST /_harness/key`); scripts send it in a header. Paths that demand tokens or
client secrets (SCIM, Graph, OAuth) need no key, nor do the AWS APIs when they demand signatures. The harness does not check
people's passwords, so a client that signs a person in by one sends the key as the password. The OpenID configuration and the
signing keys are public: programs that verify tokens have no key to send.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from harness.wire.cross_site import host_of, names_this_machine
from harness.wire.incoming import body_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY_HEADER = "X-Harness-Key"
KEY_PATH = "/_harness/key"
_COOKIE = "harness_key"
_MAX_FORM = 4096
_NO_PATH = re.compile(r"(?!)")
# https://www.rfc-editor.org/rfc/rfc6749#section-5.2, read 2026-11-29
_NO_PASSWORD = {
    "error": "invalid_grant",
    "error_description": (
        "No passwords are kept here: beyond this machine give the key printed at start as the password, "
        f"or in the header {KEY_HEADER}."
    ),
}
_TOO_LARGE = {
    "error": "invalid_request",
    "error_description": "The form is larger than any that is read here.",
}
_HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>Key</title>"
_FORM = (
    f'<form method=post action="{KEY_PATH}"><label>The key printed at start '
    "<input name=key type=password autofocus></label> <button>Enter</button></form>"
    "<p>It stands on the terminal that <code>harness serve</code> was started in, and in its ready file.</p></html>"
)
_WRONG = "<p role=alert>That was another key.</p>"
_FOR_AWS = "; or sign with the key pair of --aws-access-key-id, where the server was started with one"
# For pages without a policy of their own. https://www.w3.org/TR/CSP3/, "Content Security Policy Directives", and
# https://fetch.spec.whatwg.org/#x-content-type-options-header (both read 2026-11-30).
_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Exempt:
    """The paths of an application that need no key.

    `by_token` is the beginning of paths that demand tokens, which no page of another site has; a tunnel may serve them under any
    name. `public` are the configuration that names the signing keys, and the keys, for programs that verify tokens.
    """

    by_token: re.Pattern[str]
    token_endpoint: re.Pattern[str] = _NO_PATH
    public: re.Pattern[str] = _NO_PATH


EXEMPT = (  # of AWS SSO and of Azure AD
    Exempt(by_token=re.compile(r"/[^/]+/scim/v2")),
    Exempt(
        by_token=re.compile(r"/(v1\.0|beta)/"),
        token_endpoint=re.compile(r"/[^/]+/oauth2/(v2\.0/)?token"),
        public=re.compile(r"/[^/]+/((v2\.0/)?\.well-known/openid-configuration|discovery/(v2\.0/)?keys)"),
    ),
)


@dataclass(frozen=True, slots=True)
class Gate:
    """`key` None serves this machine alone; with a key also requests that address it by an IP address or one of `names`.

    `signed`: the AWS APIs demand a key pair's signature.
    """

    app: WSGIApplication
    key: str | None
    exempt: Exempt
    names: frozenset[str] = frozenset()
    signed: bool = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, *_missing(headers)], *rest)

        return (self._refusal(environ) or self.app)(environ, start)

    def _refusal(self, environ: WSGIEnvironment) -> Response | None:
        path = environ["PATH_INFO"]
        if self.exempt.by_token.match(path):
            return None
        if not names_this_machine(environ) and not (self.key and self._is_named(environ)):
            return _sentence(_elsewhere(beyond_loopback=self.key is not None), 403)
        if self.key is None or self.exempt.public.fullmatch(path) or self._is_signed(environ):
            return None
        try:
            if self.exempt.token_endpoint.fullmatch(path):
                return _by_password(environ, self.key)
            return _keyless(Request(environ), self.key)
        except RequestEntityTooLarge:  # or of too many parts
            return _json(_TOO_LARGE, 413)

    def _is_named(self, environ: WSGIEnvironment) -> bool:
        """Return whether `Host` is an IP address, which no other site's name can be, or one of our names."""
        try:
            name = host_of(environ["HTTP_HOST"])
        except ValueError:
            return False
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return name in self.names

    def _is_signed(self, environ: WSGIEnvironment) -> bool:
        is_call = environ["REQUEST_METHOD"] == "POST" and "HTTP_X_AMZ_TARGET" in environ
        return self.signed and is_call and environ["PATH_INFO"] == "/"


def _keyless(request: Request, key: str) -> Response | None:
    """Return the demand for the key; None for a request that has it."""
    if request.path == KEY_PATH and request.method == "POST":
        return _entered(request, key)
    if _has_key(request, key):
        return None
    if "text/html" in request.headers.get("Accept", ""):
        return Response(_HEAD + _FORM, 401, content_type="text/html; charset=utf-8")
    hint = _FOR_AWS if "X-Amz-Target" in request.headers else ""
    return _sentence(f"this needs the key printed at start, in the header {KEY_HEADER}{hint}", 401)


def _by_password(environ: WSGIEnvironment, key: str) -> Response | None:
    """Demand the key for a person's token; a program sends a secret, which the endpoint itself checks."""
    form = Request({**environ, "wsgi.input": BytesIO(body_of(environ) or b"")}).form
    if "password" not in form.getlist("grant_type") or _has_key(Request(environ), key):
        return None
    if hmac.compare_digest(form.get("password", "").encode(), key.encode()):
        return None
    return _json(_NO_PASSWORD, 400)


def _has_key(request: Request, key: str) -> bool:
    header, cookie = request.headers.get(KEY_HEADER, ""), request.cookies.get(_COOKIE, "")
    by_header = hmac.compare_digest(header.encode(), key.encode())
    return hmac.compare_digest(cookie.encode(), _cookie(key).encode()) or by_header


def _entered(request: Request, key: str) -> Response:
    """Answer the form with the key by a cookie."""
    request.max_content_length = _MAX_FORM
    if not hmac.compare_digest(request.form.get("key", "").encode(), key.encode()):
        return Response(_HEAD + _WRONG + _FORM, 401, content_type="text/html; charset=utf-8")
    response = Response("", 303, {"Location": "/"})
    secure = request.scheme == "https"
    response.set_cookie(_COOKIE, _cookie(key), httponly=True, samesite="Lax", secure=secure)
    return response


def _cookie(key: str) -> str:
    """Return the cookie that a browser has in place of the key."""
    return hashlib.sha256(f"cookie {key}".encode()).hexdigest()


def _elsewhere(*, beyond_loopback: bool) -> str:
    if beyond_loopback:
        return "ask by an address of this machine, or by a name given with --allowed-host"
    return "only this machine is served; ask for 127.0.0.1 or localhost"


def _missing(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    present = {name.lower(): value for name, value in headers}
    added = [("X-Content-Type-Options", "nosniff")] if "x-content-type-options" not in present else []
    if present.get("content-type", "").startswith("text/html") and "content-security-policy" not in present:
        added.append(("Content-Security-Policy", _POLICY))
    return added


def _sentence(message: str, status: int) -> Response:
    return _json({"message": message}, status)


def _json(document: Mapping[str, str], status: int) -> Response:
    return Response(json.dumps(document) + "\n", status, content_type="application/json")

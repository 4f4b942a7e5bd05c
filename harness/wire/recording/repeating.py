"""Writes the curl command that repeats a recorded request; its secrets are variables of the shell.

curl signs an AWS request anew (`--aws-sigv4`, https://curl.se/docs/manpage.html, "--aws-sigv4", read 2026-11-29): the recorded
signature is of its moment and host.
"""

from __future__ import annotations

import re
import shlex

from harness.wire.message import Request
from harness.wire.recording.redaction import signature_scope
from harness.wire.recording.secrets import HIDDEN

TOKEN, KEY_ID, SECRET_KEY = "TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
# What a signer writes itself.
_SIGNED_ANEW = frozenset({"x-amz-date", "x-amz-content-sha256"})
_VARIABLES = {"cookie": "COOKIE", "x-amz-security-token": "AWS_SESSION_TOKEN"}
_NAME = re.compile(r"[\w-]+\Z", re.ASCII)


def command(request: Request, body: str | None = None) -> str:
    """Return the command. With `body`, the request's body laid out in lines, the command is in lines, too."""
    method = "--head" if request.method == "HEAD" else f"-X {shlex.quote(request.method)}"
    words = [f"curl -i --globoff {method} {shlex.quote(request.url)}"]
    scope = signature_scope(request.header("authorization") or "")
    if scope is not None:
        words.append(
            f'--aws-sigv4 {shlex.quote(f"aws:amz:{scope.region}:{scope.service}")} --user "${KEY_ID}:${SECRET_KEY}"'
        )
    for name, value in request.headers:
        if scope is None or name.lower() not in {"authorization", *_SIGNED_ANEW}:
            words.append(_header(name, value))
    if request.body:
        text = request.body.decode("utf-8", "replace") if body is None else body
        text = text.replace("\0", "\ufffd")
        words.append(f"--data-raw {shlex.quote(text)}")
    return (" " if body is None else " \\\n  ").join(words)


def _header(name: str, value: str) -> str:
    if name.lower() == "authorization":
        return f'-H "Authorization: Bearer ${TOKEN}"'
    if value == HIDDEN and _NAME.match(name):
        return f'-H "{name}: ${_VARIABLES.get(name.lower(), TOKEN)}"'
    return f"-H {shlex.quote(f'{name}: {value}')}"

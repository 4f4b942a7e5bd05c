"""How the REST-JSON APIs answer and refuse.

Headers and bodies are those of captured exchanges: https://github.com/boto/boto3/issues/3891 for `sso-oidc`, whose errors carry
OAuth's `error` and `error_description`, and https://github.com/aws/aws-sam-cli/issues/2129 for `sso` (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from flask import Response

from harness.aws_sso.tenant import Tenant, current
from harness.base.json_text import encode
from harness.wire.outgoing import http_date

Operation: TypeAlias = Callable[[Tenant], dict[str, Any] | None]
PORTAL, OIDC = "com.amazonaws.switchboard.portal", "com.amazonaws.sso.oidc"


class PortalError(Exception):
    """An operation is refused: the error's name, its HTTP status and its body."""

    def __init__(self, namespace: str, code: str, status: int, body: dict[str, str]) -> None:
        super().__init__(code)
        self.namespace = namespace
        self.code = code
        self.status = status
        self.body = body


def answering(operation: Operation) -> Callable[[], Response]:
    return partial(_answer, operation)


def _answer(operation: Operation) -> Response:
    """Carry out an operation. A refusal undoes nothing: a code stays used, a poll counted."""
    tenant = current()
    headers = {
        "Date": http_date(tenant.clock.now()),
        "Content-Type": "application/json",
        "x-amzn-RequestId": tenant.ids.uuid(),
    }
    with tenant.store.transaction():
        try:
            document = operation(tenant)
        except PortalError as error:
            headers["x-amzn-ErrorType"] = f"{error.code}:http://internal.amazon.com/coral/{error.namespace}/"
            return Response(encode(error.body), error.status, headers)
    return Response(b"" if document is None else encode(document), 200, headers)

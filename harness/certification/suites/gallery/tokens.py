"""Microsoft's app-gallery validation, tests 21 and 22: how the provisioning service gets a token that does not live long.

No secret and no token is ever told: reasons have statuses and OAuth's own error codes, evidence has both taken out.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md and SCIMTests_Workflow.json (read 2026-11); RFC 6749, 4.4 and 5.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.subject import VISIBLE, OAuth
from harness.certification.suite import Check
from harness.wire.message import Request

_SHORTEST, _LONGEST, _USUAL = 60, 360, 3600  # minutes, minutes, and the seconds of a token that does not say
# RFC 6749 5.2
_ERRORS = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
)


def _validate_credentials(bench: Bench) -> None:
    oauth = bench.subject.oauth
    if oauth is None:
        raise SkippedError("no token endpoint was given: the token is a static one")
    answer = _token(bench, oauth)
    token = answer.get("access_token")
    if not isinstance(token, str) or not VISIBLE.match(token):
        raise FailedError("the token endpoint answered no access_token of visible ASCII characters")
    bench.add_secret(token)
    _require_lifetime(answer.get("expires_in"))
    path = "/Users?startIndex=1&count=1"
    status = bench.endpoint.ask("GET", path, token=token).status
    if not 200 <= status < 300:
        raise FailedError(f"GET {path} with the new token answered {status} instead of 2xx")


def _token(bench: Bench, oauth: OAuth) -> dict[str, Any]:
    """Return the token endpoint's answer. Raises FailedError unless it is 2xx and a JSON object."""
    bench.add_secret(oauth.client_secret)
    form = (
        f"grant_type=client_credentials&client_id={quote(oauth.client_id, safe='')}"
        f"&client_secret={quote(oauth.client_secret, safe='')}"
    )
    response = bench.ask(
        Request(
            "POST",
            oauth.token_endpoint,
            (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")),
            form.encode(),
        )
    )
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not 200 <= response.status < 300:
        error = answer.get("error") if isinstance(answer, dict) else None
        named = f", {error}" if error in _ERRORS else ""
        raise FailedError(f"the token endpoint answered {response.status}{named} instead of 2xx")
    if not isinstance(answer, dict):
        raise FailedError("the token endpoint answered no JSON object")
    return answer


def _require_lifetime(seconds: Any) -> None:
    """Raise FailedError unless a token lives for one to six hours; one that does not say passes, as in the original."""
    if seconds is None:
        seconds = _USUAL
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise FailedError("expires_in is not a number of seconds")
    if not _SHORTEST <= seconds // 60 <= _LONGEST:
        raise FailedError(
            f"the token is valid for {seconds // 60:g} minutes instead of {_SHORTEST} to {_LONGEST}"
        )


def _federated_identity(_: Bench) -> None:
    raise SkippedError("no workload identity was given")


CHECKS: tuple[Check, ...] = (
    Check(
        "Validate_Credentials_Test",
        "The token endpoint gives client credentials a token for 60 to 360 minutes, and the SCIM endpoint accepts it.",
        _validate_credentials,
    ),
    Check(
        "Federated_Identity_Test",
        "A token of a workload identity is exchanged for one of the server's.",
        _federated_identity,
    ),
)

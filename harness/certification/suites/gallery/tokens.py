"""Microsoft's app-gallery validation, tests 21 and 22: how the provisioning service gets a token that does not live long.

No secret and no token is ever told: reasons have statuses and OAuth's own error codes, evidence has both taken out.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, SCIMTests_Workflow.json, Validate_Credentials_Test and Federated_Identity_Test, and
SCIMTests_WorkloadIdentityFederation_Setup.md (read 2026-11-29); RFC 6749, 4.4 and 5; RFC 7523; RFC 8693.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.subject import GOOGLE_EXCHANGE, VISIBLE, Federation, OAuth
from harness.certification.suite import Check
from harness.wire.message import Request, json_request

_SHORTEST, _LONGEST, _USUAL = 60, 360, 3600  # minutes, minutes, and the seconds of a token that does not say
_CLOUD = "https://www.googleapis.com/auth/cloud-platform"
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
    form = {
        "grant_type": "client_credentials",
        "client_id": oauth.client_id,
        "client_secret": oauth.client_secret,
    }
    return _answer(bench, "the token endpoint", _form(oauth.token_endpoint, form))


def _form(url: str, form: dict[str, str]) -> Request:
    body = "&".join(f"{name}={quote(value, safe='')}" for name, value in form.items())
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))
    return Request("POST", url, headers, body.encode())


def _answer(bench: Bench, label: str, request: Request) -> dict[str, Any]:
    """Ask for a token; return the JSON object. Raises FailedError, without a word of what may be secret."""
    response = bench.ask(request)
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not 200 <= response.status < 300:
        error = answer.get("error") if isinstance(answer, dict) else None
        named = f", {error}" if error in _ERRORS else ""
        raise FailedError(f"{label} answered {response.status}{named} instead of 2xx")
    if not isinstance(answer, dict):
        raise FailedError(f"{label} answered no JSON object")
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


def _federated_identity(bench: Bench) -> None:
    identity = bench.subject.federation
    if identity is None:
        raise SkippedError("no workload identity was given")
    bench.add_secret(identity.application_secret)
    form = {
        "grant_type": "client_credentials",
        "client_id": identity.application_id,
        "client_secret": identity.application_secret,
        "scope": f"api://{identity.application_id}/.default",
    }
    assertion = _taken(bench, "Entra's token endpoint", _form(identity.issuer, form))
    if not identity.at_google:
        _taken(bench, "the token endpoint", _assertion(bench.subject.base, identity, assertion))
        return
    exchange = GOOGLE_EXCHANGE if identity.impersonates else identity.token_endpoint
    token = _taken(bench, "Google's token exchange", _exchange(exchange, identity, assertion))
    if identity.impersonates:
        request = json_request("POST", identity.token_endpoint, {"scope": [_CLOUD]}, bearer=token)
        _taken(bench, "the service account", request, "accessToken")


def _taken(bench: Bench, label: str, request: Request, name: str = "access_token") -> str:
    """Return the token of an answer, which is kept out of the evidence. Raises FailedError where there is none."""
    token = _answer(bench, label, request).get(name)
    if not isinstance(token, str) or not VISIBLE.match(token):
        raise FailedError(f"{label} answered no {name} of visible ASCII characters")
    bench.add_secret(token)
    return token


def _assertion(base: str, identity: Federation, assertion: str) -> Request:
    """Return the request of RFC 7523, 2.2; the base address goes with it as in the original."""
    return _form(
        identity.token_endpoint,
        {
            "grant_type": "client_credentials",
            "client_id": identity.client_id,
            "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "baseAddress": base,
        },
    )


def _exchange(url: str, identity: Federation, assertion: str) -> Request:
    """Return the request of RFC 8693, 2.1, as JSON, which Google takes."""
    return json_request(
        "POST",
        url,
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": identity.audience,
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token": assertion,
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "scope": _CLOUD,
        },
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "Validate_Credentials_Test",
        "The token endpoint gives client credentials a token for 60 to 360 minutes, and the SCIM endpoint accepts it.",
        _validate_credentials,
    ),
    Check(
        "Federated_Identity_Test",
        "An application of Entra gets a token, and the token endpoint exchanges it for one of its own; skipped without one.",
        _federated_identity,
    ),
)

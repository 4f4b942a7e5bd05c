"""One scenario under way: its world, the endpoint and token noted down so far, and the calls to both services.

Steps and expectations go through here, and so through the same HTTP surfaces that real clients use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.journal import Journal
from harness.scenario.aws_calls import REST, TARGETS, rest_request
from harness.scenario.values import lookup
from harness.wire.faults import Meetings
from harness.wire.message import Request, Response, json_request
from harness.wire.recording.exchanges import Exchange
from harness.world import World

# Any well-formed signature is accepted; these are the example credentials of AWS's own documentation.
_SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/{service}/aws4_request, "
    "SignedHeaders=host;x-amz-date;x-amz-target, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"
)


class StepError(HarnessError):
    """A step cannot be carried out as written: an unknown person, a missing credential."""


class Result(Struct, frozen=True):
    """A step's result. `outcome` is a line for people; `error` is None when the service agreed."""

    outcome: str
    error: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    body: Any = None

    def as_data(self) -> dict[str, Any]:
        """Return the result as expectations and `let` read it."""
        return {
            "result": "success" if self.error is None else "failure",
            "error": self.error,
            "status": self.status,
            "headers": dict(self.headers),
            "body": self.body,
        }

    def at(self, path: str) -> Any:
        """Return the value at `body.scimEndpoint` (`result.scimEndpoint` for short), or ABSENT."""
        first, _, rest = path.partition(".")
        return lookup(self.as_data(), f"body.{rest}" if first == "result" and rest else path)


@dataclass(slots=True)
class Play:
    """`journal` has everything recorded since the step began; `quiet` requests are not recorded.

    `faults` are the scenario's, in order, with the number of requests each has met; `schema` is an exported one for a new
    job. `cookies` are those of the browsers in which people signed in, by user principal name.
    """

    world: World
    journal: Journal
    scim_endpoint: str = ""
    access_token: str = ""
    job_id: str = ""
    faults: list[Meetings] = field(default_factory=list)
    schema: Mapping[str, Any] | None = None
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def exchanges(self) -> list[Exchange]:
        return self.journal.exchanges

    def graph(self, method: str, path: str, body: Any = None, *, quiet: bool = False) -> Response:
        """Call Microsoft Graph; `path` starts with the version, or behind `/v1.0`."""
        settings = self.world.azure.settings
        versioned = path if path.startswith(("/v1.0/", "/beta/")) else f"/v1.0{path}"
        request = json_request(
            method, f"{settings.graph_origin}{versioned}", body, bearer=settings.graph_token
        )
        return self._call(request, quiet=quiet)

    def graph_page(self, path: str) -> Any:
        """Read from Graph, unrecorded. Raises StepError with Graph's sentence when it refuses."""
        return content(self.graph("GET", path, quiet=True))

    def console(self, method: str, path: str, body: Any = None, *, quiet: bool = False) -> Response:
        """Press a button of the AWS SSO console, or look at one of its pages."""
        return self._call(
            json_request(method, f"{self.world.origins['console']}/console/api{path}", body), quiet=quiet
        )

    def aws(self, service: str, operation: str, parameters: Any, *, quiet: bool = False) -> Response:
        """Call an AWS API as an SDK does: AWS JSON 1.1, signed; those of a signed-in person in REST-JSON, unsigned."""
        if service in REST:
            return self._call(
                rest_request(self.world.origins[service], service, operation, parameters), quiet=quiet
            )
        prefix, name = TARGETS[service]
        headers = (
            ("X-Amz-Target", f"{prefix}.{operation}"),
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Date", self.world.clock.now().strftime("%Y%m%dT%H%M%SZ")),
            ("Authorization", _SIGNATURE.format(service=name)),
        )
        return self._call(
            json_request("POST", f"{self.world.origins[service]}/", parameters, headers=headers), quiet=quiet
        )

    def scim(self, request: Request) -> Response:
        return self._call(request, quiet=False)

    def synchronization(self, path: str) -> str:
        return f"/servicePrincipals/{self.world.app_id}/synchronization{path}"

    def job_path(self, path: str = "") -> str:
        """Return the path of the application's job. Raises StepError when it has none."""
        job = self.current_job()
        if not job:
            raise StepError("the application has no provisioning job; use 'configure provisioning' first")
        return self.synchronization(f"/jobs/{quote(job)}{path}")

    def current_job(self) -> str:
        """Return the id of the application's job, empty for none: requests may have deleted it and made it anew."""
        jobs = self.graph_page(self.synchronization("/jobs"))["value"]
        ids = [str(job["id"]) for job in jobs]
        return self.job_id if self.job_id in ids else next(iter(ids), "")

    def principal(self, kind: str, name: str) -> str:
        """Return the id of a user (by userPrincipalName) or a group (by displayName). Raises StepError."""
        if kind == "users":
            response = self.graph("GET", f"/users/{quote(name, safe='')}?$select=id", quiet=True)
            principals = [response.json()] if response.status == 200 else []
        else:
            condition = quote("displayName eq '{}'".format(name.replace("'", "''")))
            principals = self.graph_page(f"/groups?$filter={condition}&$select=id")["value"]
        if not principals:
            raise StepError(
                f"Azure AD has no {kind[:-1]} '{name}'; name one that 'given' or an earlier step created"
            )
        return str(principals[0]["id"])

    def _call(self, request: Request, *, quiet: bool) -> Response:
        return (self.world.unrecorded if quiet else self.world.person)(request)


def content(response: Response) -> Any:
    """Return the JSON of an answer. Raises StepError with the service's own words for 4xx and 5xx."""
    result = judge(response, "")
    if result.error is not None:
        raise StepError(f"it cannot be read: {result.error}")
    return result.body


def judge(response: Response, outcome: str) -> Result:
    """Turn an answer into a step's result; 4xx and 5xx are failures with the service's own words."""
    try:
        body = response.json() if response.body else None
    except ValueError:
        body = response.body.decode("utf-8", "replace")
    headers = {name.lower(): value for name, value in response.headers}
    if response.status < 400:
        return Result(outcome, None, response.status, headers, body)
    return Result(
        f"refused with {response.status}", _message(body, response.status), response.status, headers, body
    )


def _message(body: Any, status: int) -> str:
    """Return the sentence in an error body of Graph, SCIM, the console or an AWS API."""
    if isinstance(body, dict):
        inner = body.get("error")
        if isinstance(inner, dict):
            return f"{inner.get('code')}: {inner.get('message')}"
        for name in ("detail", "message", "Message"):
            if isinstance(body.get(name), str):
                return str(body[name])
    return f"HTTP {status}"

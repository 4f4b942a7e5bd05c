"""A trace: what happens to one object in one cycle, in the words of the log.

Source: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary (read 2026-11-29).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct, field

from harness.azure_ad.mappings.compiled import REDACTED
from harness.azure_ad.provisioning.log.steps import SKIP
from harness.azure_ad.provisioning.target.target import TargetError
from harness.base.clock import iso
from harness.wire.recording.secrets import Secrets


class Frame(NamedTuple):
    """What all entries of a cycle share. `app_id` is the service principal's id, `client_id` its appId."""

    tenant_id: str
    job_id: str
    cycle_id: str
    app_id: str
    client_id: str
    app_name: str
    directory_name: str
    target_name: str


class Step(NamedTuple):
    """`details` None stands for those of an export: what was sent. `description` None: as the table words it."""

    name: str
    details: Mapping[str, Any] | None
    status: str
    description: str | None


class Problem(NamedTuple):
    """Why an object was not, or need not be, exported."""

    code: str
    category: str
    reason: str
    advice: str | None = None
    details: str | None = None


class Trace(Struct):
    """What happened to one object in one cycle. `modified` holds attribute, old value and new value.

    `secrets` are texts that Redact hides, also where a failure's description or reason repeats them.
    """

    kind: str
    source_id: str
    identifier: str
    display_name: str
    action: str = "other"
    status: str = "success"
    target_id: str = ""
    error: Problem | None = None
    steps: list[Step] = field(default_factory=list)
    modified: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def step(
        self,
        name: str,
        details: Mapping[str, Any] | None = None,
        status: str = "success",
        description: str | None = None,
    ) -> None:
        """Add a step; `name` is one of the table's."""
        self.steps.append(Step(name, details, status, description and self.shown(description)))

    def modify(self, name: str, old: str | None, new: str | None) -> None:
        self.modified.append((name, old, new))

    def skip(
        self,
        reason: str,
        description: str,
        details: Mapping[str, Any] | None = None,
        brief: str | None = None,
    ) -> None:
        """Close the trace of a skipped object; `brief` is a short reason where the step's description says more."""
        self.status = "skipped"
        self.error = Problem(reason, "success", brief or description)
        self.step(SKIP, {"SkipReason": reason, **(details or {})}, "skipped", description)

    def fail(
        self,
        code: str,
        reason: str,
        *,
        category: str = "nonServiceFailure",
        advice: str | None = None,
        details: str | None = None,
    ) -> None:
        """Close the trace; `details` names the request that failed."""
        self.status = "failure"
        brief = None if details is None else self.shown(details)
        self.error = Problem(code, category, self.shown(reason), advice, brief)

    def shown(self, text: str) -> str:
        """Return what a server or a function said, without what Redact hides."""
        return Secrets(self.secrets, REDACTED, whole_words=True).text(text) if self.secrets else text


def as_text(value: Any) -> str | None:
    """Write a value as logs show it: booleans as `True` and `False`, several values and structures as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def retried(cause: str, retries: int, next_attempt: datetime) -> str:
    """Add to a failure's cause how often it was retried, and when it will be again (UTC, seven decimals)."""
    return (
        f"{cause}. This operation was retried {retries} times. It will be retried again after this date: "
        f"{iso(next_attempt, 7)} UTC"
    )


def cause_of(error: TargetError) -> str:
    """Return the cause of a refused request in the provisioning log's words."""
    if error.response is None:
        return f"Message: {error.message}"
    if error.message:
        return error.message
    return (
        f"StatusCode: {error.status_name}\r\nMessage: Processing of the HTTP request resulted in an exception. Please see "
        "the HTTP response returned by the 'Response' property of this exception for details.\r\nWeb Response: \r\n"
        f"{error.body}"
    )

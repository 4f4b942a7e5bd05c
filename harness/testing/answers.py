"""The records that a world returns. Moments are texts in ISO 8601, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.base.errors import HarnessError
from harness.remedies.advice import Mapping as AttributeMapping
from harness.remedies.target import TargetEvent
from harness.scenario.play import Result
from harness.wire.faults import Meetings


class Refused(HarnessError):
    """A service refused. `result` has its answer: `status`, `body`, `headers`, and the sentence as `error`."""

    def __init__(self, verb: str, result: Result) -> None:
        super().__init__(f"{verb}: {result.error}")
        self.result = result


@dataclass(frozen=True, slots=True)
class User:
    """A user in AWS, as the console lists it; `attributes` has all of SCIM's."""

    id: str
    user_name: str
    display_name: str
    active: bool
    external_id: str | None
    email: str | None
    attributes: Mapping[str, Any]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> User:
        emails = data.get("emails") or [{}]
        return cls(
            id=data["id"],
            user_name=data["userName"],
            display_name=data.get("displayName", ""),
            active=bool(data.get("active", True)),
            external_id=data.get("externalId"),
            email=emails[0].get("value"),
            attributes=data,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A group in AWS, with the user names of its members."""

    id: str
    display_name: str
    external_id: str | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountAssignment:
    """Who has a permission set in an account of AWS; `kind` is `USER` or `GROUP`, `name` their name in AWS."""

    account: str
    permission_set: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A user of Azure AD; `properties` has what Graph shows."""

    id: str
    user_principal_name: str
    display_name: str
    enabled: bool
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """A group of Azure AD, with the user principal names of its members, of nested groups the display names."""

    id: str
    display_name: str
    members: tuple[str, ...]
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A user or group assigned to the enterprise application; `kind` is `User` or `Group`, `name` the display name."""

    kind: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class FaultMet:
    """A fault: its requests, how many it is meant for at least, how many it has met; `number` is for `end_fault`."""

    request: str
    wanted: int
    met: int
    number: int

    @classmethod
    def of(cls, note: Meetings) -> FaultMet:
        return cls(note.pattern, note.wanted, note.met, note.number)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the provisioning log; `entry` is all of it, as Graph shows it."""

    at: str
    action: str
    object: str
    status: str
    code: str
    reason: str
    entry: Mapping[str, Any]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> LogEntry:
        information = data["provisioningStatusInfo"]["errorInformation"] or {}
        return cls(
            at=data["activityDateTime"],
            action=data["provisioningAction"],
            object=data["sourceIdentity"]["displayName"],
            status=data["provisioningStatusInfo"]["status"],
            code=information.get("errorCode") or "",
            reason=information.get("reason") or "",
            entry=data,
        )


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody is, or is not, in AWS. `summary` and `next`, what the next cycle does, are sentences.

    `cause`, `remedy` and `source` (a URL) are empty, `event` is None and `mappings` and `scenarios` (names of files) are none
    where all is well or no table knows the failure; `account` is all of it, as `harness why --json`.
    """

    summary: str
    cause: str
    event: TargetEvent | None
    mappings: tuple[AttributeMapping, ...]
    remedy: str
    scenarios: tuple[str, ...]
    source: str
    next: str
    account: Mapping[str, Any]

    @classmethod
    def read(cls, account: Mapping[str, Any]) -> Why:
        advice = account["advice"] or {}
        event = advice.get("event")
        return cls(
            summary=account["summary"],
            cause=advice.get("cause", ""),
            event=TargetEvent(**event) if event else None,
            mappings=tuple(AttributeMapping(**each) for each in advice.get("mappings", ())),
            remedy=advice.get("remedy", ""),
            scenarios=tuple(advice.get("scenarios", ())),
            source=advice.get("source", ""),
            next=account["next"]["says"],
            account=account,
        )

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.summary, self.cause, self.remedy)))


@dataclass(frozen=True, slots=True)
class Event:
    """An event of CloudTrail; `event` is all of it."""

    at: str
    source: str
    name: str
    error_code: str
    error_message: str
    event: Mapping[str, Any]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Event:
        return cls(
            at=data["eventTime"],
            source=data["eventSource"],
            name=data["eventName"],
            error_code=data.get("errorCode") or "",
            error_message=data.get("errorMessage") or "",
            event=data,
        )

"""What the target's own side has of an object: the event of a request it refused, and the account of a name."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class TargetEvent:
    """What the target's own log has of a request it refused: CloudTrail's event. `at` is ISO 8601 in UTC."""

    id: str
    name: str
    at: str
    code: str
    message: str


class TargetAccount(Struct, frozen=True):
    """A user or group of the target: its userName or displayName, and who made it, `SCIM` or `Manual`, as the console says."""

    id: str
    name: str
    external_id: str | None
    created_by: str

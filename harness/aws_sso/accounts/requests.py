"""Asynchronous requests to assign, unassign and provision: IN_PROGRESS for the seconds of the quirk `assignment-seconds`.

A request under way is stored by its assignment, so that a second one for the same assignment gets the service's conflict
(https://github.com/aws-samples/iam-identity-center-team/issues/513), and creations can be counted against the quota of
https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "IAM Identity Center throttle limits"
(edition of June 2023; both read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from harness.aws_sso.tenant import Tenant
from harness.base.clock import iso

CREATE, DELETE, PROVISION = "CREATE", "DELETE", "PROVISION"
_REQUEST, _UNDER_WAY = "assignmentRequest", "assignmentUnderWay"


@dataclass(frozen=True, slots=True)
class Request:
    """An asynchronous request. `failure` is the reason if it will fail."""

    id: str
    kind: str
    created: str
    due: str
    failure: str | None
    account: str | None
    permission_set: str
    principal_type: str | None = None
    principal_id: str | None = None

    def status(self, now: str) -> str:
        if now < self.due:
            return "IN_PROGRESS"
        return "SUCCEEDED" if self.failure is None else "FAILED"


def due(tenant: Tenant) -> str:
    """Return the moment at which a request that begins now is done."""
    return iso(tenant.clock.now() + timedelta(seconds=tenant.quirks["assignment-seconds"]))


def begin(tenant: Tenant, begun: Request, assignment: str | None = None) -> None:
    """Save a request; `assignment` is the key of the assignment that it changes."""
    tenant.store.put(_REQUEST, begun.id, asdict(begun))
    if assignment is not None:
        tenant.store.put(_UNDER_WAY, assignment, {"kind": begun.kind, "due": begun.due})


def is_under_way(tenant: Tenant, assignment: str) -> bool:
    document = tenant.store.get(_UNDER_WAY, assignment)
    return document is not None and tenant.now() < document["due"]


def creations_under_way(tenant: Tenant) -> int:
    """Count creations in progress, and delete what has ended."""
    now, creations = tenant.now(), 0
    for key, document in list(tenant.store.scan(_UNDER_WAY)):
        if document["due"] <= now:
            tenant.store.delete(_UNDER_WAY, key)
        else:
            creations += document["kind"] == CREATE
    return creations


def fetch(tenant: Tenant, kind: str, request_id: str) -> Request | None:
    """Return a request of a kind by its id."""
    document = tenant.store.get(_REQUEST, request_id)
    request = None if document is None else Request(**document)
    return request if request is not None and request.kind == kind else None


def scan(tenant: Tenant, kind: str) -> Iterator[Request]:
    """Yield requests of a kind, oldest first."""
    stored = (Request(**document) for _, document in tenant.store.scan(_REQUEST))
    return (each for each in stored if each.kind == kind)

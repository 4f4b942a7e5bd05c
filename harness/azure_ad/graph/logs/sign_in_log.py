"""The sign-in log: who signed in to which application, and who was refused.

Source: https://learn.microsoft.com/en-us/graph/api/resources/signin (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.azure_ad.tenant import Tenant
from harness.base.clock import iso
from harness.base.store import Document, Entry, Store

LOG = "sign-ins"


class Failure(NamedTuple):
    """`code` is the number of an AADSTS error."""

    code: int
    reason: str


_SUCCESS = Failure(0, "Other.")


def write_sign_in(tenant: Tenant, user: Document, service: Document, failure: Failure = _SUCCESS) -> None:
    """Log that a user signed in to an application, or why not."""
    tenant.store.append(
        LOG,
        {
            "id": tenant.ids.uuid(),
            "createdDateTime": iso(tenant.clock.now()),
            "userDisplayName": user.get("displayName"),
            "userPrincipalName": user["userPrincipalName"],
            "userId": user["id"],
            "appId": service["appId"],
            "appDisplayName": service["displayName"],
            "clientAppUsed": "Browser",
            "correlationId": tenant.ids.uuid(),
            "conditionalAccessStatus": "notApplied",
            "isInteractive": True,
            "resourceDisplayName": service["displayName"],
            "resourceId": service["appId"],
            "riskDetail": "none",
            "riskLevelAggregated": "none",
            "riskLevelDuringSignIn": "none",
            "riskState": "none",
            "status": {
                "errorCode": failure.code,
                "failureReason": failure.reason,
                "additionalDetails": None,
            },
        },
    )


def sign_ins(tenant: Tenant) -> Iterator[Document]:
    """Yield the log, newest first."""
    return (entry.body for entry in numbered(tenant.store))


def numbered(store: Store, *, before: int = 0) -> Iterator[Entry]:
    """Yield the entries with their sequence numbers, newest first, those before a sequence number if one is given."""
    return store.read(LOG, after=before, newest_first=True)


def moment_of(entry: Document) -> str:
    return str(entry["createdDateTime"])

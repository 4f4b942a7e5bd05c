"""Finds users and groups in the logs: those who are neither in the directory, nor deleted items, nor linked to an account.

Entries count for as many days as the portal shows them (quirk `log-days`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile
from typing import NamedTuple

from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log import audit_log
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.base.clock import iso
from harness.base.store import Document


class Trace(NamedTuple):
    """A user or group as a log entry names it. `name` is a user's userPrincipalName, a group's displayName."""

    key: str
    name: str
    display_name: str


def traces(session: Session, kind: str) -> Iterator[Trace]:
    """Yield a trace for each entry: those of the provisioning log, then those of the audit log, the newest of each first."""
    yield from _provisioned(session, kind)
    yield from _administered(session, kind)


def trace_of(session: Session, kind: str, key: str) -> Trace | None:
    """Return the newest trace of one object."""
    of_cycles = next(_provisioned(session, kind, key), None)
    return of_cycles or next((each for each in _administered(session, kind) if each.key == key), None)


def _provisioned(session: Session, kind: str, key: str | None = None) -> Iterator[Trace]:
    for entry in _shown(session, logs.entries(session.store, source_id=key)):
        source = entry["sourceIdentity"]
        if source["identityType"] == kind:
            name = source["details"].get("UserPrincipalName")
            yield _trace(kind, source["id"], name, source["displayName"])


def _administered(session: Session, kind: str) -> Iterator[Trace]:
    audits = (each.body for each in session.store.read(audit_log.LOG, newest_first=True))
    for entry in _shown(session, audits):
        for target in entry["targetResources"]:
            if target["type"] == kind:
                yield _trace(kind, target["id"], target["userPrincipalName"], target["displayName"])


def _shown(session: Session, entries: Iterator[Document]) -> Iterator[Document]:
    oldest = iso(session.clock.now() - timedelta(days=session.quirks["log-days"]))
    return takewhile(lambda entry: entry["activityDateTime"] >= oldest, entries)


def _trace(kind: str, key: str, name: str | None, display_name: str | None) -> Trace:
    """Return a trace. The id that deletion puts before a userPrincipalName is cut off."""
    plain = (name or "").removeprefix(key.replace("-", "")) if kind == "User" else ""
    return Trace(key, plain or display_name or key, display_name or plain or key)

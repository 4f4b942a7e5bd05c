"""Notices of what happens to a job: audit log entries, and mails about a quarantine.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
(read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.mail import Mailer
from harness.azure_ad.provisioning.log.audit_log import write_audit
from harness.azure_ad.provisioning.log.provisioning_log import INITIATOR
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.store import Document, Store

_SERVICE: Document = {"app": {"displayName": INITIATOR}, "user": None}


class Notices(Struct, frozen=True):
    """The notices about one tenant's jobs; `initiator` says who acts, in the form of `initiatedBy`."""

    store: Store
    clock: Clock
    ids: Ids
    applications: EnterpriseApps
    mailer: Mailer
    initiator: Callable[[], Document]

    def audit(self, app: str, activity: str) -> None:
        """Log what a person or a program did to an application's job."""
        self._write(app, activity, by=self.initiator())

    def audit_quarantine(self, app: str, message: str) -> None:
        """Log that the service put an application's job into quarantine."""
        self._write(app, "Quarantine", by=_SERVICE, reason=message, good=False)

    def mail_quarantine(self, app: str, message: str) -> None:
        """Mail a quarantine to the application's notification address, if it has one."""
        recipient, notifies, _ = self.applications.notification(app)
        if not recipient or not notifies:
            return
        name = self.applications.find(app)["displayName"]
        text = f"Provisioning to '{name}' is in quarantine and is tried again less and less often.\n\n{message}\n"
        self.mailer.send(recipient, f"Provisioning to '{name}' is in quarantine", text)

    def _write(self, app: str, activity: str, *, by: Document, reason: str = "", good: bool = True) -> None:
        write_audit(
            self.store,
            self.clock.now(),
            activity,
            entry_id=self.ids.uuid(),
            app=self.applications.find(app),
            by=by,
            reason=reason,
            good=good,
        )

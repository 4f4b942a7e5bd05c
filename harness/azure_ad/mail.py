"""Notification mails: kept in an outbox, and handed to an SMTP host when one is configured.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
(read 2026-11-29): one mail to the notification address when a job goes into quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from harness.base.clock import Clock, iso
from harness.base.store import Document, Store

MAIL = "mail"
SENDER = "azure-noreply@microsoft.com"
_TIMEOUT_SECONDS = 10
_ADDRESSES = re.compile(r"[\w.+-]+@[\w.-]+(, *[\w.+-]+@[\w.-]+)*\Z")


class Mailer(Struct, frozen=True):
    """`smtp_host` None keeps mail in the outbox only; port 0 would be nonsense and is never used."""

    store: Store
    clock: Clock
    smtp_host: str | None = None
    smtp_port: int = 25

    def send(self, recipient: str, subject: str, text: str) -> None:
        """Keep the mail, then deliver it; what the SMTP host said is kept with it, and never raised."""
        document: Document = {
            "at": iso(self.clock.now()),
            "from": SENDER,
            "to": recipient,
            "subject": subject,
            "text": text,
            "delivery": "kept in the outbox",
        }
        if self.smtp_host:
            document["delivery"] = self._deliver(recipient, subject, text)
        self.store.append(MAIL, document)

    def outbox(self) -> Iterator[Document]:
        """Yield every mail, oldest first: at, from, to, subject, text, delivery."""
        return (entry.body for entry in self.store.read(MAIL))

    def _deliver(self, recipient: str, subject: str, text: str) -> str:
        if not _ADDRESSES.match(recipient):
            return f"failed: '{recipient}' is no e-mail address"
        # Nothing is posted from a scenario's world, so this is loaded where a host is configured.
        import smtplib
        from email.message import EmailMessage
        from email.utils import format_datetime

        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = SENDER, recipient, subject
            message["Date"] = format_datetime(self.clock.now())
            message.set_content(text)
            with smtplib.SMTP(self.smtp_host or "", self.smtp_port, timeout=_TIMEOUT_SECONDS) as smtp:
                smtp.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return f"failed: {error}"
        return "delivered"

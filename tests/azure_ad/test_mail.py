"""Notification mail: kept in the outbox, delivered to a real SMTP server, and never in the way of a cycle."""

import json
import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.azure_ad.mail import SENDER, Mailer
from harness.base.clock import VirtualClock
from harness.base.sqlite import Database
from tests.azure_ad.provisioning.company import START, Company
from tests.azure_ad.scim_server import ScimServer, reply

ADDRESS = "ops@contoso.com"


class Mailbox:
    """What an SMTP server took in."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox():
    """Run a real SMTP server on a port of the system's choice."""

    class Controller(pytest.importorskip("aiosmtpd.controller").Controller):
        def _trigger_server(self):
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0)
    controller.start()
    box.address = ("127.0.0.1", controller.port)
    yield box
    controller.stop()


@pytest.fixture
def nobody():
    """Return an address at which nobody listens: bound, so that nobody else takes it, and deaf."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield deaf.getsockname()


def quarantined(smtp=None, recipient=ADDRESS):
    """Return a company whose job has just gone into quarantine."""
    server = ScimServer()
    server.refuse("GET", "/Users", reply(401), times=1)
    company = Company(server, smtp=smtp)
    settings = json.dumps({"Enabled": True, "Recipients": recipient})
    company.engine.save_secrets(company.app, {"SyncNotificationSettings": settings})
    company.turn_on()
    return company


def test_a_quarantine_is_mailed(mailbox):
    """One mail from azure-noreply@microsoft.com, saying which application and what the server said."""
    company = quarantined(mailbox.address)
    (envelope,) = mailbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [ADDRESS])
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Subject"] == "Provisioning to 'AWS SSO' is in quarantine"
    assert message["Date"].datetime == START
    assert "Response Status Code: Unauthorized" in message.get_content()
    (kept,) = company.tenant.mailer.outbox()
    assert (kept["delivery"], kept["to"], kept["at"]) == ("delivered", ADDRESS, "2026-03-02T08:00:00Z")


def test_without_a_host_the_outbox_keeps_it():
    """A scenario reads the outbox; nothing leaves the machine."""
    (kept,) = quarantined().tenant.mailer.outbox()
    assert kept["delivery"] == "kept in the outbox"


def test_a_refused_connection_is_noted_and_breaks_nothing(nobody):
    """The job goes on being retried, and is lifted as if the mail had gone out."""
    company = quarantined(nobody)
    (kept,) = company.tenant.mailer.outbox()
    assert kept["delivery"].startswith("failed: ")
    company.wait(timedelta(minutes=5))
    assert company.status["code"] == "Active"


@pytest.mark.parametrize(
    "recipient", ["a\nb@contoso.com", "", "@", "ä@contoso.com", "no address", "(", "a@b,,c@d"]
)
def test_a_strange_address_breaks_nothing(nobody, recipient):
    """Whatever stands in the notification settings, the cycle's schedule survives it."""
    company = quarantined(nobody, recipient)
    company.wait(timedelta(minutes=5))
    assert company.status["code"] == "Active"


@given(
    st.text(max_size=12) | st.text('@<>"(),;:\\.[] a\n', max_size=12),
    st.text(max_size=12),
    st.text(max_size=12),
)
@example("a@b", "\r\nBcc: x@y", "")
@settings(max_examples=60)
def test_sending_never_raises(recipient, subject, text):
    """Any address, subject and text leave one line in the outbox."""
    mailer = Mailer(Database().tenant("t"), VirtualClock(START), "127.0.0.1", 1)
    mailer.send(recipient, subject, text)
    assert [mail["to"] for mail in mailer.outbox()] == [recipient]

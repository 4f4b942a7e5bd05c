"""What a check works with: the server itself, and an Azure AD tenant of its own that provisions to it."""

from __future__ import annotations

from functools import cached_property

from harness.base.ids import Ids
from harness.certification.endpoint import Endpoint
from harness.certification.entra import Entra
from harness.certification.subject import Subject
from harness.wire.record import Exchange, recording
from harness.world import Journal, World

CERTIFIER = "Certification"


class Bench:
    """`ids` give names that nobody has; the journal keeps what was asked of the server."""

    def __init__(self, subject: Subject, world: World, journal: Journal, ids: Ids) -> None:
        self.subject, self.ids = subject, ids
        self._world, self._journal = world, journal
        send = recording(
            world.unrecorded,
            journal.exchange,
            world.clock,
            CERTIFIER,
            lambda _: subject.base,
            order=journal.next,
        )
        self.endpoint = Endpoint(send, subject.base, subject.token)

    @cached_property
    def entra(self) -> Entra:
        """Return a tenant whose job runs against the server; raises FailedError when it does not get that far."""
        return Entra(self._world, self.subject)

    def word(self) -> str:
        """Return eight letters and digits that no earlier check used."""
        return self.ids.hex(8)

    def evidence(self) -> tuple[Exchange, ...]:
        """Return what went to the server so far, redacted, as it was asked."""
        asked = [each for each in self._journal.exchanges if each.request.url.startswith(self.subject.base)]
        return tuple(sorted(asked, key=lambda exchange: exchange.order))

    def clear(self) -> list[str]:
        """Take away what the check left in the server; return what could not be deleted, by its path."""
        if "entra" in self.__dict__:
            self.entra.empty()
        return self.endpoint.clear()

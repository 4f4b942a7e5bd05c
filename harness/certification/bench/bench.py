"""What a check works with: the server itself, and an Azure AD tenant of its own that provisions to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import TypeAlias

from harness.base.ids import Ids
from harness.certification.bench.endpoint import Endpoint
from harness.certification.bench.entra import Entra
from harness.certification.bench.masking import Masking
from harness.certification.bench.patience import Pause
from harness.certification.outcomes import FailedError
from harness.certification.subject import Subject
from harness.journal import Journal
from harness.wire.message import Request, Response, Send, TransportError
from harness.wire.recording.exchanges import Exchange, recording, without
from harness.wire.recording.secrets import Secrets
from harness.world import World

CERTIFIER = "Certification"
Together: TypeAlias = Callable[[Sequence[Request]], list[Response | TransportError]]


class Bench:
    """`ids` give names that nobody has; the journal keeps what was asked of the server; `pause` waits, in its time.

    `together` sends several requests at one moment.
    """

    def __init__(
        self, subject: Subject, world: World, journal: Journal, ids: Ids, pause: Pause, together: Together
    ) -> None:
        self.subject, self.ids, self.pause = subject, ids, pause
        self._world, self._journal, self._together = world, journal, together
        self._secrets = [subject.token]
        self._send = self._recorded(world.unrecorded)
        self.endpoint = Endpoint(self._send, subject.base, subject.token, self._all_at_once)

    @cached_property
    def entra(self) -> Entra:
        """Return a tenant whose job runs against the server; raises FailedError when it does not get that far."""
        return Entra(self._world, self.subject)

    def word(self) -> str:
        """Return eight letters and digits that no earlier check used."""
        return self.ids.hex(8)

    def name(self) -> str:
        """Return such a word in a name that tells where it comes from: 16 characters, as an employeeId may have."""
        return f"harness-{self.word()}"

    def ask(self, request: Request) -> Response:
        """Send what does not go to the SCIM endpoint, but to a server beside it. Raises FailedError without an answer."""
        try:
            return self._send(request)
        except TransportError as error:
            raise FailedError(f"{request.method} {request.url} got no answer: {error}") from error

    def _all_at_once(self, requests: Sequence[Request]) -> list[Response | TransportError]:
        """Send requests at one moment, and keep them in their order."""
        outcomes = self._together(requests)
        for request, outcome in zip(requests, outcomes, strict=True):
            with suppress(TransportError):
                self._recorded(partial(_given, outcome))(request)
        return outcomes

    def _recorded(self, send: Send) -> Send:
        base = self.subject.base
        return recording(
            send,
            self._journal.exchange,
            self._world.clock,
            CERTIFIER,
            lambda url: base if url.startswith(base) else url,
            order=self._journal.next,
        )

    def add_secret(self, secret: str) -> None:
        """Take a text out of evidence and reasons, wherever it stands there."""
        self._secrets.append(secret)

    def exchanges(self) -> list[Exchange]:
        """Return what went to the server and what was asked beside it so far, as it was asked: not for others' eyes."""
        exchanges = [
            each
            for each in self._journal.exchanges
            if each.source == CERTIFIER or each.request.url.startswith(self.subject.base)
        ]
        return sorted(exchanges, key=lambda exchange: exchange.order)

    def evidence(self) -> tuple[Exchange, ...]:
        """Return the exchanges redacted."""
        exchanges = self.exchanges()
        secrets, masking = Secrets(self._secrets), Masking(exchanges)
        return tuple(without(masking.exchange(each), secrets) for each in exchanges)

    def printable(self, text: str) -> str:
        """Return a text without the secrets and the people that a server may repeat anywhere."""
        if not text:
            return text
        return Secrets(self._secrets).text(Masking(self._journal.exchanges).text(text))

    def clear(self) -> list[str]:
        """Take away what the check left in the server; return what could not be deleted, by its path."""
        left = self.entra.empty() if "entra" in self.__dict__ else []
        return left + self.endpoint.clear()


def _given(outcome: Response | TransportError, _: Request) -> Response:
    if isinstance(outcome, TransportError):
        raise outcome
    return outcome

"""What a check works with: the server itself, and an Azure AD tenant of its own that provisions to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.base.store import Document
from harness.certification.bench.endpoint import Endpoint
from harness.certification.bench.entra import Entra
from harness.certification.bench.masking import Masking, shortened, without_halves
from harness.certification.bench.patience import Pause
from harness.certification.bench.rereading import Rereading
from harness.certification.outcomes import FailedError
from harness.certification.subject import Subject
from harness.journal import Journal
from harness.wire.internet import internet
from harness.wire.message import Request, Response, Send, TransportError
from harness.wire.recording.exchanges import Exchange, recording, without
from harness.wire.recording.secrets import Secrets
from harness.world import create

CERTIFIER = "Certification"
_BATCHES = {"members-per-patch": 20}  # the gallery's checklist wants several members in one PATCH


class Bench:
    """`ids` give names that nobody has; `pause` waits, in the server's time.

    `reach` names the origins to which `send` leads. `said` is what the
    server said of itself earlier in the run, by path (`/Schemas`).
    """

    def __init__(
        self,
        subject: Subject,
        start: datetime,
        ids: Ids,
        pause: Pause,
        reach: Mapping[str, Send],
        send: Rereading,
        said: Mapping[str, Document],
    ) -> None:
        self.subject, self.ids, self.pause = subject, ids, pause
        self.said = dict(said)
        self._reach = reach
        self._seed, self._clock, self._journal = ids.hex(16), VirtualClock(start), Journal()
        self._secrets = [subject.token]
        self._send = self._recorded(internet(reach))
        self.endpoint = Endpoint(self._send, subject.base, subject.token, send, self._record)

    @cached_property
    def entra(self) -> Entra:
        """Return a tenant whose job runs against the server; raises FailedError when it does not get that far."""
        world = create(
            seed=self._seed,
            clock=self._clock,
            journal=self._journal,
            faults=self._reach,
            quirk_values=_BATCHES,
        )
        return Entra(world, self.subject)

    def read(self, path: str) -> Document:
        """Return a discovery document (`/Schemas`); each path is read once in a run. Raises FailedError as `get` does."""
        if path not in self.said:
            self.said[path] = self.endpoint.get(path)
        return self.said[path]

    def word(self) -> str:
        """Return eight letters and digits that no earlier check used."""
        return self.ids.hex(8)

    def name(self) -> str:
        """Return a new name that begins with harness-, which tells where it comes from: 16 characters, as an employeeId may have."""
        return f"harness-{self.word()}"

    def ask(self, request: Request) -> Response:
        """Send what does not go to the SCIM endpoint, but to a server beside it. Raises FailedError without an answer."""
        try:
            return self._send(request)
        except TransportError as error:
            raise FailedError(f"{request.method} {request.url} got no answer: {error}") from error

    def _record(self, requests: Sequence[Request], outcomes: Sequence[Response | TransportError]) -> None:
        """Record requests that were sent several at a time, in the order in which they were given."""
        for request, outcome in zip(requests, outcomes, strict=True):
            with suppress(TransportError):
                self._recorded(partial(_given, outcome))(request)

    def _recorded(self, send: Send) -> Send:
        base = self.subject.base
        return recording(
            send,
            self._journal.exchange,
            self._clock,
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

    def redaction(self) -> Redaction:
        """Return a redaction that hides secrets and strangers' data in the exchanges so far, and in texts about them."""
        masking = Masking(self.exchanges())
        return Redaction(masking, Secrets(self._secrets), sorted((*masking.texts, *self._secrets)))

    def clear(self) -> list[str]:
        """Take away what the check left in the server; return what could not be deleted, by its path."""
        left = self.entra.empty() if "entra" in self.__dict__ else []
        return left + self.endpoint.clear()


@dataclass(frozen=True, slots=True)
class Redaction:
    """Hides the secrets, and the people that a server may show or repeat anywhere; `private` are the texts of both, sorted."""

    masking: Masking
    secrets: Secrets
    private: Sequence[str]

    def evidence(self) -> tuple[Exchange, ...]:
        return tuple(shortened(without(each, self.secrets)) for each in self.masking.exchanges())

    def text(self, text: str) -> str:
        return self.secrets.text(self.masking.text(without_halves(text, self.private)))


def _given(outcome: Response | TransportError, _: Request) -> Response:
    if isinstance(outcome, TransportError):
        raise outcome
    return outcome

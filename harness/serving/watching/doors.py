"""Adds requests to the timeline: those that come to an application, and those that the engine sends."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.serving.own_agent import OWN_AGENT
from harness.serving.watching.happenings import MOST_OCTETS, Call, Incoming
from harness.serving.watching.timeline import Timeline
from harness.wire.incoming import ANSWERED, RAW_HEADERS
from harness.wire.message import Request, Response, Send, TransportError
from harness.wire.recording.secrets import beginning
from harness.world import AZURE_AD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Set on requests that the world sends to itself: the engine's are added when sent, others are not shown.
INSIDE = "harness.inside"
_AT = "harness.at"
_UNTOLD = ("/_harness/", "/pages/", "/static/", "/favicon")


@dataclass(frozen=True, slots=True)
class Door:
    """An application whose requests are added to the timeline; `lane` is its name in the picture."""

    app: WSGIApplication
    timeline: Timeline
    now: Callable[[], datetime]
    lane: str

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if INSIDE in environ or _is_untold(environ):
            return self.app(environ, start_response)
        environ[_AT] = self.now()
        environ[ANSWERED] = self._answered
        try:
            return self.app(environ, start_response)
        except TransportError as error:  # by a fault
            self._answered(environ, f"{error.kind}: {error}", [], b"")
            raise

    def _answered(
        self, environ: WSGIEnvironment, status: int | str, headers: list[tuple[str, str]], answer: bytes
    ) -> None:
        stream = environ["wsgi.input"]
        body = stream.getvalue() if isinstance(stream, io.BytesIO) else b""
        self.timeline.add(
            Incoming(
                environ[_AT],
                self.lane,
                environ["REQUEST_METHOD"],
                environ["wsgi.url_scheme"],
                environ["REQUEST_URI"],
                environ[RAW_HEADERS],
                beginning(body, MOST_OCTETS),
                status,
                headers,
                beginning(answer, MOST_OCTETS),
            )
        )


def on_timeline(
    send: Send, timeline: Timeline, now: Callable[[], datetime], lane: Callable[[str], str]
) -> Send:
    """Return the engine's transport, whose requests are added to the timeline; `lane` returns the lane of an address."""

    def sent(request: Request) -> Response:
        at = now()
        try:
            response = send(request)
        except TransportError as error:
            timeline.add(Call(at, AZURE_AD, lane(request.url), request, f"{error.kind}: {error}"))
            raise
        timeline.add(Call(at, AZURE_AD, lane(request.url), request, _begun(response)))
        return response

    return sent


def _begun(response: Response) -> Response:
    """Return as much of an answer as the timeline shows: ten thousand long ones would be more than there is memory."""
    if len(response.body) <= MOST_OCTETS:
        return response
    return Response(response.status, response.headers, beginning(response.body, MOST_OCTETS))


def _is_untold(environ: WSGIEnvironment) -> bool:
    """Return whether a request is not shown: styles, the harness's own pages, reads of its commands, pages that reload themselves."""
    if environ["PATH_INFO"].startswith(_UNTOLD):
        return True
    if environ["REQUEST_METHOD"] != "GET":
        return False
    return environ.get("HTTP_SEC_FETCH_DEST") == "empty" or environ.get("HTTP_USER_AGENT") == OWN_AGENT

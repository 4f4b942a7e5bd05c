"""The faults of a served world, for its engine and for clients of its APIs: put on, listed and ended while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from harness.aws_sso.app import is_scim
from harness.base.clock import Waits
from harness.log_lines import FAULT, fault_line
from harness.serving.own_agent import OWN_AGENT
from harness.serving.watching.doors import INSIDE
from harness.serving.watching.happenings import Logged
from harness.serving.watching.timeline import Timeline
from harness.wire import misbehaving
from harness.wire.faults import Faults, Meetings, Wait
from harness.wire.faulty_application import FaultyApplication, is_api_call
from harness.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Misbehaviour:
    """The faults of the world given to `join`; `tell` adds their events to the timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._waits = Waits()
        self._world: World | None = None

    def join(self, world: World, wait: Wait) -> None:
        """Set the world; its engine waits for late answers by `wait`."""
        self._world = world
        world.faults.wait, world.faults.tell = wait, self._tell

    @property
    def faults(self) -> Faults:
        assert self._world is not None
        return self._world.faults

    def put(self, written: Mapping[str, Any]) -> None:
        """Put a fault on (`misbehaving.put`). Raises HarnessError for a bad one."""
        misbehaving.check(written)
        assert self._world is not None
        patience = timedelta(seconds=self._world.azure.quirks["answer-timeout-seconds"])
        misbehaving.put(self.faults, written, patience)

    def shown(self) -> list[dict[str, Any]]:
        """Return the faults that are on, oldest first: for which requests, the least number it is meant for, and how many it has met."""
        return [_shown(fault.meetings) for fault, _, _ in self.faults.standing()]

    def end(self, number: int | None = None) -> list[dict[str, Any]]:
        """End all faults, or the one of a number; return the ended. Raises HarnessError for one that is not on."""
        return list(map(_shown, self.faults.end(number)))

    def is_quick(self, environ: WSGIEnvironment) -> bool:
        """Return whether a request waits only for the store: SCIM's, unless a fault may delay it."""
        return is_scim(environ) and not self.faults.are_on

    def door(self, app: WSGIApplication) -> WSGIApplication:
        """Return an application whose clients meet the faults; it raises TransportError for a fault without an answer."""
        return FaultyApplication(app, lambda: self.faults, self._waits.wait, _is_a_clients)

    def stop(self) -> None:
        """End all waits."""
        self._waits.end()

    def _tell(self, sentence: str) -> None:
        assert self._world is not None
        self._timeline.add(Logged(FAULT, fault_line(self._world.clock.now(), sentence)))


def _shown(note: Meetings) -> dict[str, Any]:
    return {"number": note.number, "request": note.pattern, "wanted": note.wanted, "met": note.met}


def _is_a_clients(environ: WSGIEnvironment) -> bool:
    """Return whether a request is a client's, not one of the harness's commands or of its engine, whose requests have met the faults."""
    return is_api_call(environ) and INSIDE not in environ and environ.get("HTTP_USER_AGENT") != OWN_AGENT

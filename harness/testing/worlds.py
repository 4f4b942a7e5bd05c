"""A world for one test: both services, a virtual clock, in memory or on loopback sockets."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.agreement.comparing import agreement
from harness.agreement.records import Difference
from harness.base.clock import Clock as WorldClock
from harness.base.clock import VirtualClock, Waits, from_iso, parse_duration
from harness.base.errors import HarnessError
from harness.journal import Journal
from harness.log_lines import FAULT, fault_line
from harness.scenario.events import Observation
from harness.scenario.play import Play, Result
from harness.snapshots import Change
from harness.testing.answers import FaultMet
from harness.testing.aws_side import AwsSso
from harness.testing.azure_side import AzureAd
from harness.testing.doors import Teller, listening, of_clients
from harness.testing.page import FailedTest
from harness.testing.rewinding import Rewinding, Snapshot
from harness.testing.seen import Seen
from harness.testing.timeline import Timeline
from harness.testing.verbs import carry_out, given
from harness.wire.message import Request, Response, Send
from harness.wire.sockets.server import Server
from harness.world import DEFAULT_PROFILE, create


class Clock:
    """The world's virtual time."""

    def __init__(self, now: Callable[[], datetime], advance: Callable[[timedelta | str], None]) -> None:
        self._now, self._advance = now, advance

    def now(self) -> datetime:
        return self._now()

    def advance(self, by: timedelta | str) -> None:
        """Let time pass (`"40m"`, `"2d"` or a timedelta); cycles that fall due run on the way."""
        self._advance(by)


class World:
    """Both services, empty but for `populate` (in the form of a scenario's `given`): use it in `with`, or `close` it.

    `profile` is the year, `quirks` changes single behaviours. With `sockets` both apps listen on loopback ports, for
    clients in any language; with `tls`, the PEM files of a certificate for `localhost` and its key, over https. The same
    `seed` gives the same ids. Raises HarnessError for a name or an entry that is not known.
    """

    def __init__(
        self,
        *,
        profile: str = DEFAULT_PROFILE,
        quirks: Mapping[str, Any] | None = None,
        populate: Mapping[str, Any] | None = None,
        seed: str = "1",
        start: str | None = None,
        sockets: bool = False,
        tls: tuple[Path | str, Path | str] | None = None,
    ) -> None:
        self._journal, self._closed = Journal(), False
        self._servers: list[Server] = []
        self._turn, self._waits = threading.RLock(), Waits()
        of_scim, of_graph = Seen(), Seen()
        begin = from_iso(start) if start else None
        quirk_values = dict(quirks or {})
        teller = Teller(self._journal, of_scim, of_graph)
        if sockets or tls:
            self._world, self._servers = listening(
                profile,
                quirk_values,
                seed,
                begin,
                teller,
                self._turn,
                self._waits,
                tls and (Path(tls[0]), Path(tls[1])),
            )
        else:
            clock = VirtualClock(begin) if begin else None
            self._world = create(profile, seed=seed, quirk_values=quirk_values, clock=clock, journal=teller)
        began = self._world.clock.now()
        clients = self._world.faults.around(self._world.unrecorded, self._world.clock.advance)
        self._clients = of_clients(clients, teller, self._world)
        # Not a method of this world: the servers' threads would keep it from being left open unnoticed.
        self._world.faults.tell = partial(_tell_of_fault, teller, self._world.clock)
        self._play = Play(self._world, self._journal)
        # For reports of tests, which come after the end.
        self.recorded_timeline = Timeline(self._play, self._journal, began, profile, seed)
        self._rewinding = Rewinding(self._play)
        self.aws_sso = AwsSso(self._play, self._open, self._turn, of_scim)
        self.azure_ad = AzureAd(self._play, self._open, self._turn, of_graph)
        self.clock = Clock(self._now, self._advance)
        if populate is not None:
            self._world.populate(populate)

    def __del__(self) -> None:
        """Warn about a world that was left open, and end its servers."""
        if not getattr(self, "_closed", True) and self._servers:
            warnings.warn(
                "a World was left open; use it in `with`, or close it", ResourceWarning, stacklevel=2
            )
            self.close()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def send(self) -> Send:
        """A transport into both services, for clients in this process: `Request` in, `Response` out."""
        self._open()
        return self._sent

    def _sent(self, request: Request) -> Response:
        """Send a client's request. Raises HarnessError once the world is closed."""
        self._open()
        return self._clients(request)

    def populate(self, holdings: Mapping[str, Any]) -> None:
        """Add people and groups to either side, as a scenario's `given` does: all or nothing."""
        self._open()
        self._world.populate(holdings)

    def run_cycle(self) -> None:
        """Let time pass until the next cycle has run."""
        self.azure_ad.run_cycle()

    def fault(
        self,
        request: str,
        *,
        body_contains: str | None = None,
        times: int | None = None,
        answer: Mapping[str, Any] | None = None,
        no_answer: str | None = None,
        cut_the_answer: int | None = None,
        carried_out: bool | None = None,
        delay: str | None = None,
    ) -> Result:
        """Let requests such as `POST /Users` fail, by `answer={"status": 503}`, `no_answer="timeout"`, `times=1` and the like.

        The provisioning service meets it, and so does a client of yours; one on a socket waits for a late answer in real time.
        """
        arguments = given(
            request=request,
            body_contains=body_contains,
            times=times,
            answer=answer,
            no_answer=no_answer,
            cut_the_answer=cut_the_answer,
            carried_out=carried_out,
            delay=delay,
        )
        return self._do("fault", arguments)

    def faults(self) -> list[FaultMet]:
        """Return the faults that were put on, oldest first, with how many requests each is meant for and has met."""
        self._open()
        return [FaultMet.of(each) for each in self._play.faults]

    def end_faults(self) -> Result:
        return self._do("end faults", {})

    def end_fault(self, number: int) -> FaultMet:
        """End the one fault of a number that `faults` has; return it. Raises HarnessError for one that is not on."""
        self._open()
        (ended,) = self._world.faults.end(number)
        return FaultMet.of(ended)

    def wait(self, span: str) -> Result:
        """Let virtual time pass, as the step `wait` does: `"40m"`, `"2d"`."""
        return self._do("wait", span)

    def snapshot(self, name: str) -> Snapshot:
        """Save both sides, the clock and the state of chance under a name. Raises HarnessError for a name in use."""
        self._open()
        with self._turn:
            return self._rewinding.take(name)

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots that are kept, oldest first."""
        self._open()
        return self._rewinding.all()

    def restore(self, name: str) -> None:
        """Restore everything: both sides, clock, chance, faults; or, with a HarnessError, nothing.

        What happens then gives the same ids again. The timeline and the requests seen are the test's own and go on.
        """
        self._open()
        with self._turn:
            self._rewinding.restore(name)

    def compare(self, first: str, second: str | None = None) -> list[Change]:
        """Return what differs between two snapshots, or between one and now."""
        self._open()
        with self._turn:
            return self._rewinding.compare(first, second)

    def delete_snapshot(self, name: str) -> None:
        self._open()
        self._rewinding.delete(name)

    def timeline(self) -> list[Observation]:
        """Return everything that happened, in order: exchanges, entries of all logs, mails, faults, jumps of the clock.

        Behind it stands each fault that has met nothing.
        """
        self._open()
        return self.recorded_timeline.observations()

    def timeline_text(self) -> str:
        """Return the timeline as lines, for a test's report."""
        self._open()
        return self.recorded_timeline.text()

    def write_timeline(self, path: Path, test: FailedTest | None = None) -> None:
        """Write the timeline as a page, as reports of scenarios have it. Raises HarnessError where it cannot be written."""
        self._open()
        self.recorded_timeline.write(path, test)

    def differences(self) -> list[Difference]:
        """Return the differences of both sides: missing and unexpected users and groups, attributes, members, managers.

        Expected in AWS is what the application's mapping, scope and assignments say. Raises HarnessError where no
        provisioning is configured.
        """
        self._open()
        return agreement(self._world).differences

    def assert_both_sides_agree(self) -> None:
        """Raise AssertionError, a line a difference, if they do not, or if nobody is in scope."""
        __tracebackhide__ = True  # pytest shows the test's line
        self._open()
        verdict = agreement(self._world)
        if not verdict.agree:
            raise AssertionError(str(verdict))

    def assert_faults_met(self) -> None:
        """Raise AssertionError if a fault met fewer requests than it was meant for."""
        __tracebackhide__ = True
        self._open()
        unmet = [
            f"{each.pattern} ({each.met} of {each.wanted})"
            for each in self._play.faults
            if each.met < each.wanted
        ]
        if unmet:
            raise AssertionError(f"faults that met too few requests: {', '.join(unmet)}")

    def close(self) -> None:
        """End the servers, if any. What is asked of a closed world raises HarnessError."""
        if not self._closed:
            self._closed = True
            self._waits.end()
            for server in self._servers:
                server.stop()

    def _now(self) -> datetime:
        self._open()
        return self._world.clock.now()

    def _advance(self, by: timedelta | str) -> None:
        self._open()
        with self._turn:
            self._world.advance(parse_duration(by) if isinstance(by, str) else by)

    def _do(self, verb: str, arguments: Any) -> Result:
        self._open()
        with self._turn:
            return carry_out(self._play, verb, arguments)

    def _open(self) -> None:
        if self._closed:
            raise HarnessError(
                "this world is closed: its `with` or its test has ended; make another one, and let threads of clients end before"
            )


def _tell_of_fault(teller: Teller, clock: WorldClock, sentence: str) -> None:
    teller.log(FAULT, fault_line(clock.now(), sentence))

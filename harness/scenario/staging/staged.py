"""A scenario's world, played up to a moment and served: both apps on this machine, where time moves only on request.

The control API works as for any served world, but without single steps; a reset plays the scenario again.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from harness.agreement.comparing import agreement, people
from harness.azure_ad.provisioning.why.why import retries
from harness.base.clock import Clock, iso
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.log_lines import LOGS
from harness.origins import GRAPH
from harness.pages.instruments import INSTRUMENTS
from harness.scenario.live import addresses, served
from harness.scenario.staging.moments import Moment
from harness.serving.front.control import with_control
from harness.serving.front.gate import EXEMPT, Gate
from harness.serving.ready_file import Ready, ways_in
from harness.serving.watching.doors import Door
from harness.serving.watching.faulty import Misbehaviour
from harness.serving.watching.happenings import Logged
from harness.serving.watching.timeline import Timeline
from harness.snapshots import in_memory
from harness.wire.message import Request
from harness.wire.recording.exchanges import Exchange
from harness.wire.recording.redaction import signature_scope
from harness.wire.recording.repeating import KEY_ID, SECRET_KEY, TOKEN
from harness.wire.sockets.server import Server
from harness.world import AWS_SSO, AZURE_AD, apps

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ANY_PAIR = ("any", "any")


class Staged:
    """The moment's world behind two servers. `urls` are AWS SSO's and Azure AD's."""

    def __init__(self, again: Callable[[], Moment], aws_port: int, azure_port: int) -> None:
        """Play and listen. Raises HarnessError for a busy port or a world that cannot be made."""
        self._again = again
        self._turn = threading.RLock()
        self.timeline, self.scenario_of = Timeline(), None
        self.misbehaviour = Misbehaviour(self.timeline)
        self._begin()
        with ExitStack() as opened:
            servers = []
            for side, port in enumerate((aws_port, azure_port)):
                server = Server(self._door(side), "127.0.0.1", port, quick=self.misbehaviour.is_quick)
                opened.callback(server.stop)
                servers.append(server)
            opened.callback(self.misbehaviour.stop)
            for server in servers:
                server.start()
            self.urls = servers[0].url, servers[1].url
            self._opened = opened.pop_all()

    def _begin(self) -> None:
        self.moment = self._again()
        self._began = self.clock.now()
        self.snapshots = in_memory(self.moment.world)
        world = self.moment.world
        for context in world.contexts:
            context[INSTRUMENTS] = self
        assert world.database is not None
        world.database.on_append = self._logged
        self.misbehaviour.join(world, world.advance)

    def _now(self) -> datetime:
        return self.clock.now()

    def _logged(self, log: str, line: Document) -> None:
        if log in LOGS:
            self.timeline.add(Logged(log, line))

    @property
    def trouble(self) -> None:
        """None: the world is built before the servers listen, and is in memory."""
        return

    @property
    def offset(self) -> timedelta:
        """Return how far the clock is ahead of the moment that was staged."""
        return self.clock.now() - self._began

    @property
    def clock(self) -> Clock:
        return self.moment.world.clock

    def advance(self, by: timedelta) -> None:
        """Advance the clock; whatever falls due runs on the way."""
        with self._turn:
            self.moment.world.advance(by)

    def populate(self, document: Mapping[str, Any]) -> None:
        self.moment.world.populate(document)

    def reset(self) -> None:
        """Play the scenario again: the same world as at the start, to the last identifier."""
        with self._turn:
            self._begin()

    def mail(self) -> list[dict[str, Any]]:
        return list(self.moment.world.azure.mailer.outbox())

    def job(self) -> dict[str, Any]:
        """Return the facts about the job that Graph lacks, as `Served.job` does. Raises HarnessError without a job."""
        world = self.moment.world
        job, session = world.azure.engine.inspect(self._job_id())
        return {
            "servicePrincipalId": world.app_id,
            "jobId": job.id,
            "now": iso(world.clock.now()),
            "next": iso(job.next, 6) if job.is_on and job.next else None,
            "retries": retries(session),
        }

    def step(self, *, exchanges: bool) -> dict[str, Any]:
        """Raises HarnessError: a scenario's world goes on by its clock."""
        del exchanges
        raise HarnessError("a scenario's world goes on by its clock; POST /_harness/clock moves it")

    def why(self, kind: str, name: str) -> dict[str, Any]:
        return self.moment.world.why(self._job_id(), kind, name)

    def agreement(self) -> dict[str, Any]:
        """Return whether both sides agree (`harness.agreement`). Raises HarnessError without a job."""
        return agreement(self.moment.world).document()

    @property
    def people(self) -> int:
        return people(self.moment.world)

    def stop(self) -> None:
        self._opened.close()

    def ready(self) -> Ready:
        """Return the content of the ready file, as for any served world; empty where the scenario has not made it yet."""
        play = self.moment.play
        endpoint = self._served_url(play.scim_endpoint)
        return ways_in(self.moment.world, self.urls, scim_endpoint=endpoint, access_token=play.access_token)

    def again(self) -> Iterator[str]:
        """Yield the commands that repeat a failure's exchange in this served world."""
        exchange = self._blamed()
        if exchange is None:
            return
        yield f"export {' '.join(self._credentials(exchange.request))}"
        yield served(exchange, addresses(*self.urls)).curl()

    def _credentials(self, request: Request) -> Iterator[str]:
        """Yield the variables that a curl command reads. The AWS APIs of a scenario's world accept every key pair."""
        world, play = self.moment.world, self.moment.play
        if signature_scope(request.header("authorization") or ""):
            pair = world.aws.settings.api_credentials or _ANY_PAIR
            yield from (
                f"{name}={shlex.quote(value)}" for name, value in zip((KEY_ID, SECRET_KEY), pair, strict=True)
            )
        else:
            to_graph = request.url.startswith(f"{GRAPH}/")
            yield f"{TOKEN}={shlex.quote(world.azure.settings.graph_token if to_graph else play.access_token)}"

    def _blamed(self) -> Exchange | None:
        exchanges = self.moment.play.exchanges
        wrong = [each for each in exchanges if each.response is None or each.response.status >= 400]
        return next(iter((wrong or list(exchanges))[-1:]), None)

    def _job_id(self) -> str:
        world = self.moment.world
        jobs = world.azure.engine.jobs(world.app_id)
        if not jobs:
            raise HarnessError("the application has no provisioning job at this moment of the scenario")
        return jobs[0].id

    def _served_url(self, url: str) -> str:
        for origin, place in addresses(*self.urls).items():
            if url.startswith(f"{origin}/"):
                return place + url.removeprefix(origin)
        return url

    def _door(self, side: int) -> WSGIApplication:
        """Bring the tenant into every request, and the control API in front of the app."""
        app = apps()[side]

        def with_tenant(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
            environ.update(self.moment.world.contexts[side])
            answer = app(environ, start_response)
            if environ["REQUEST_METHOD"] != "GET":
                self.advance(timedelta())  # what is due at once, as after a step
            return answer

        door = Door(self.misbehaviour.door(with_tenant), self.timeline, self._now, (AWS_SSO, AZURE_AD)[side])
        return Gate(with_control(door, self), None, EXEMPT[side])

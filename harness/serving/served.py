"""A served world: two servers, wall time plus a movable offset, data in memory, in a folder or in PostgreSQL.

`Served` builds it, with automatic provisioning enabled and a job for the SCIM endpoint, its schedule off; data that were served
before are continued, a cycle that was cut off included.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.agreement.comparing import agreement, people
from harness.aws_sso import cloudtrail
from harness.azure_ad.provisioning.why.why import retries
from harness.azure_ad.tenant import Sharing
from harness.base.clock import OffsetClock, iso
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document
from harness.log_lines import LOGS
from harness.origins import AWS_HOSTS
from harness.pages.instruments import INSTRUMENTS
from harness.serving.addresses import Shortcut, at, in_flight, nearby, own_names, public_host
from harness.serving.configuring import Administrator
from harness.serving.failures import Room, damage_worded, missing_worded, report
from harness.serving.front.control import with_control
from harness.serving.front.gate import EXEMPT, Gate
from harness.serving.front.listenable import Listenable
from harness.serving.front.stepping import Stepper
from harness.serving.listening import listen
from harness.serving.options import Options, is_loopback
from harness.serving.several.processes import Listening
from harness.serving.several.sharing import Shared
from harness.serving.storage.both_sides import BothSides
from harness.serving.storage.data import Data
from harness.serving.watching.doors import INSIDE, Door, on_timeline
from harness.serving.watching.faulty import Misbehaviour
from harness.serving.watching.happenings import Logged, emptied, jumped, rewound
from harness.serving.watching.timeline import Timeline
from harness.snapshots import Snapshots
from harness.wire.inprocess import inprocess
from harness.wire.message import Send
from harness.wire.sockets.network import Network
from harness.wire.sockets.tls import identity, trusting
from harness.world import AWS_SSO, AZURE_AD, Contexts, Parts, World, apps, assemble, choose_quirks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Served:
    """The running world. `key` is demanded of strangers when it is not on loopback."""

    urls: tuple[str, str]  # of AWS SSO and Azure AD, as other machines know them
    world: World
    clock: OffsetClock
    snapshots: Snapshots

    def __init__(self, options: Options, listening: Listening | None = None) -> None:
        """Listen, unless `listening` are sockets that do, build the world and configure it.

        Raises HarnessError for a busy port, an unusable folder, or an unusable certificate.
        """
        self.identity = identity(*options.tls) if options.tls else None
        self._contexts: list[Contexts] = []
        self.timeline, self.scenario_of = Timeline(), options.scenario_of
        self.misbehaviour = Misbehaviour(self.timeline)
        self.ready: dict[str, dict[str, Any]] = {}
        quirks = choose_quirks(options.profile, options.quirks)
        room, folder = Room(), options.data if isinstance(options.data, Path) else None
        with ExitStack() as opened, damage_worded(folder, room):
            self._data = Data(options.data, options.key, room, options.old_key)
            opened.callback(self._data.close)
            self.clock = self._begun_clock(opened)
            with self._data.starting:
                self._listen(options, listening, opened)
                self._assemble(options, quirks)
                self._let_time_pass(opened)
            self._opened = opened.pop_all()

    def _begun_clock(self, opened: ExitStack) -> OffsetClock:
        """Return the clock, which continues from its saved moment; machines that share data use their own clocks."""
        data, clock = self._data, OffsetClock(self._data.offset())
        clock.holds = data.peers is None
        if clock.holds:
            clock.go_on_from(data.last_moment() or clock.now())
        opened.callback(data.note_time, clock)
        return clock

    def _listen(self, options: Options, listening: Listening | None, opened: ExitStack) -> None:
        is_local = is_loopback(options.host) and not options.allowed_hosts
        self.key = None if is_local else self._data.control_key(options.access_key)
        self._signed, self._names = options.api_credentials is not None, own_names(options.allowed_hosts)
        doors = (self._door(apps()[0], 0), options.aws_port), (self._door(apps()[1], 1), options.azure_port)
        self._servers = listen(options.host, self.identity, listening, self.misbehaviour.is_quick, *doors)
        near = [nearby(server.url) for server in self._servers]
        host = public_host(options.host, options.allowed_hosts)
        self.urls = at(near[0], host), at(near[1], host)
        certificate = trusting(self.identity.certificate) if self.identity else None
        network = Network(trusted=dict.fromkeys(near, certificate) if certificate else {})
        own = {url: inprocess(app, {INSIDE: True}) for url, (app, _) in zip(self.urls, doors, strict=True)}
        self._network = Shortcut(network, own)
        opened.callback(network.close)
        for server in self._servers:
            opened.callback(server.stop)
        opened.callback(self.misbehaviour.stop)
        self._listenable = Listenable(self._network)

    def _assemble(self, options: Options, quirks: tuple[Quirks, Quirks]) -> None:
        """Build the world and configure it."""
        data = self._data
        data.on_append(self._logged, LOGS)
        self.clock.on_error, self.clock.on_step = report, self._moved
        self._shared = Shared(data, data.peers, self.clock) if data.peers else None
        aws_url, azure_url = self.urls
        parts = Parts(
            clock=self.clock,
            ids=Ids(data.boot_seed(options.seed)),
            aws_store=data.stores["aws_sso"],
            azure_store=data.stores["azure_ad"],
            origins={"graph": azure_url, **dict.fromkeys(AWS_HOSTS, aws_url)},
            smtp=options.smtp,
            api_credentials=options.api_credentials,
            in_flight=partial(in_flight, self._network, options.in_flight),
            advance=self.advance,
            sharing=Sharing(data.busy, data.peers.tell) if data.peers and data.busy else None,
            before_cycle=self._before_cycle,
            watch=partial(on_timeline, timeline=self.timeline, now=self.clock.now, lane=self._lane),
        )
        cloudtrail.fill(data.stores["aws_sso"])
        self.world = assemble(parts, quirks, self._wire)
        self.misbehaviour.join(self.world, self.clock.skip)
        for context in self.world.contexts:
            context[INSTRUMENTS] = self
        self._both_sides = BothSides(self.world)
        self._both_sides.finish()
        self.snapshots = Snapshots(
            self.world, data.keeper, prepare=self._both_sides.finish, afterwards=self._rewound
        )
        for server in self._servers:
            server.start()
        administrator = Administrator(
            self.world, self._network, self.urls, self.key, options.bare, options.schema
        )
        endpoint = administrator.configure()
        self._claim = partial(administrator.claim_addresses, endpoint)
        if self._shared is None:
            self._claim()
        self.ready = administrator.ready(endpoint, self.identity.certificate if self.identity else None)

    def _let_time_pass(self, opened: ExitStack) -> None:
        engine = self.world.azure.engine
        if self._shared is not None:
            opened.callback(self._shared.stop)
        opened.callback(self.clock.stop)
        opened.callback(engine.stop)
        self.clock.start()
        if self._shared is None:
            self._finish_restoring()
            engine.resume()
        else:
            self._shared.start(engine, self._take_over)

    def _take_over(self) -> None:
        """Run the jobs in this process, with its address: the process that ran them has ended."""
        self._claim()
        self.world.azure.engine.resume()

    def _moved(self, offset: timedelta) -> None:
        """Save a new offset of the clock, and add it to the timeline."""
        if self._shared is None:
            self._data.save_offset(offset, self.clock.now())
        else:
            self._shared.moved(offset)
        self.timeline.add(jumped(self.clock.now()))

    def _logged(self, log: str, line: Document) -> None:
        self.timeline.add(Logged(log, line))

    def _lane(self, url: str) -> str:
        """Return the lane of an address that the engine sends to: this world's AWS SSO, or a foreign server."""
        return AWS_SSO if url.startswith(f"{self.urls[0]}/") else "/".join(url.split("/", 3)[:3])

    def _finish_restoring(self) -> None:
        """Finish the restore that was under way when the process died."""
        if (name := self._data.unfinished_restore()) is not None:
            self.snapshots.restore(name)

    def _rewound(self) -> None:
        """Set the addresses in restored data to this process's, and notify other processes."""
        cloudtrail.fill(self._data.stores["aws_sso"])
        self._claim()
        if self._shared is not None:
            self._shared.rewound()
        self.timeline.add(rewound(self.clock.now()))

    def _before_cycle(self) -> None:
        if self.ready:
            self.snapshots.take_before_cycle()

    @property
    def _job_id(self) -> str:
        if not self.ready:
            raise HarnessError("the world is not configured yet; ask again")
        for job in self.world.azure.engine.jobs(self.world.app_id):
            return job.id
        raise HarnessError("provisioning is not configured yet; choose Get started on its page in the portal")

    @property
    def trouble(self) -> str | None:
        """Return in a sentence why it cannot serve now; None while it can."""
        return self._data.trouble() if self.ready else "the world is being built; ask again"

    @property
    def offset(self) -> timedelta:
        """Return the clock's offset from the machine's."""
        return self.clock.offset

    @property
    def is_empty(self) -> bool:
        return self.world.azure.store.count("User") == 0

    def advance(self, by: timedelta) -> None:
        """Move the clock forward; each step is saved with the data, so that a kill loses none."""
        (self._shared or self.clock).advance(by)

    def populate(self, document: Mapping[str, Any]) -> None:
        """Add people and groups on both sides, or on neither (`World.populate`)."""
        self._both_sides.populate(document)

    def mail(self) -> list[dict[str, Any]]:
        """Return the notification mails, oldest first."""
        return list(self.world.azure.mailer.outbox())

    def reset(self) -> None:
        """Delete people, groups, logs (`BothSides.reset`), the requests seen and all faults. Snapshots stay."""
        self._both_sides.reset()
        self.misbehaviour.end()
        self.timeline.forget_requests()
        self.timeline.add(emptied(self.clock.now()))

    def job(self) -> dict[str, Any]:
        """Return what Graph does not have of the job: which one is served, its next cycle, and its retries."""
        job, session = self.world.azure.engine.inspect(self._job_id)
        return {
            "servicePrincipalId": self.world.app_id,
            "jobId": self._job_id,
            "now": iso(self.clock.now()),
            "next": iso(job.next, 6) if job.is_on and job.next else None,
            "retries": retries(session),
            "process": {"pid": os.getpid(), "leads": self._data.peers and self._data.peers.leads},
            "missing": missing_worded(path) if (path := self._data.presence.missing()) else None,
        }

    def step(self, *, exchanges: bool) -> dict[str, Any]:
        """Carry out one object of the job's cycle (`Stepper.step`)."""
        return Stepper(self.world.azure, self.clock, self._listenable).step(self._job_id, exchanges=exchanges)

    def why(self, kind: str, name: str) -> dict[str, Any]:
        """Return why a `User` or a `Group` is, or is not, in the target. Raises HarnessError for an unknown one."""
        return self.world.why(self._job_id, kind, name)

    def agreement(self) -> dict[str, Any]:
        """Return the comparison of both sides (`harness.agreement`). Raises HarnessError without a job."""
        return agreement(self.world).document()

    @property
    def people(self) -> int:
        return people(self.world)

    def look(self) -> None:
        """Look after the data (`Data.look`), and do what a full disk left undone."""
        self._data.look(self.clock)
        self._both_sides.retry()

    def stop(self) -> None:
        """Stop after the object under way; nothing is left half written."""
        self._opened.close()

    def _wire(self, _: Parts, contexts: Contexts) -> Send:
        self._contexts.append(contexts)
        return self._listenable

    def _door(self, app: WSGIApplication, side: int) -> WSGIApplication:
        """Return an application with its tenant in every request, behind the control API and the gate."""

        def with_tenant(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
            environ.update(self._contexts[0][side])
            return app(environ, start_response)

        door = Door(
            self.misbehaviour.door(with_tenant), self.timeline, self.clock.now, (AWS_SSO, AZURE_AD)[side]
        )
        return Gate(with_control(door, self), self.key, EXEMPT[side], self._names, signed=self._signed)

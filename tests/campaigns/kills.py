"""Killing `harness serve` again and again, in whatever it is doing, and looking each time at what is left.

What must hold after each death: whatever was acknowledged is there, nobody is there twice, people who were populated are there
all or not at all, the time has not gone back, and the job goes on to its end.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.base.clock import Stopwatch, from_iso
from harness.base.ids import Ids
from harness.wire.message import TransportError
from tests.serving.harness_process import HarnessProcess

_CROWD = 40  # people of one populate
_LONGEST = 0.6  # seconds from the beginning of an action to the kill
_START_TAKES = 2.0  # seconds, of a server that is killed while it starts
_WEIGHTS = "ppppaaaooccccrddsss"  # how often each action comes: see the table in `_once`


@dataclass(slots=True)
class Ledger:
    """What was acknowledged: source ids by userPrincipalName, and people who may have been populated, by batch."""

    directory: dict[str, str] = field(default_factory=dict)
    target: set[str] = field(default_factory=set)
    batches: list[list[str]] = field(default_factory=list)
    moment: str = "2000-01-01T00:00:00Z"
    actions: Counter[str] = field(default_factory=Counter)
    may_be_empty: bool = False
    forgotten: int = 0  # acknowledged people whom a reset has taken away

    @property
    def people(self) -> int:
        return len(self.directory) + len(self.target)


class Kills:
    """A campaign over one place for data; `processes` serve it together."""

    def __init__(self, folder: Path, data: str, seed: str, processes: int = 1) -> None:
        self._folder, self._data, self._ids = folder, data, Ids(seed)
        self._count, self._delay = 0, 0.0
        self._ledger = Ledger()
        self._servers = [self._started() for _ in range(processes)]

    def run(self, kills: int) -> str:
        """Kill so often and return the figures. Raises AssertionError for what did not hold."""
        watch = Stopwatch()
        for _ in range(kills):
            self._once()
        self._settled()
        self._assert_whole()
        for server in self._servers:
            assert server.stop() == 0
        acts = ", ".join(f"{count} in {name}" for name, count in sorted(self._ledger.actions.items()))
        people = self._ledger.forgotten + self._ledger.people
        return f"{kills} kills ({acts}) in {watch.seconds():.0f} s: {people} acknowledged people there until a reset, nobody twice"

    def _once(self) -> None:
        acts = (
            self._provision, self._advance, self._populate, self._create, self._reset, self._on_demand, self._start,
        )  # fmt: skip
        act = acts["paocrds".index(_WEIGHTS[self._ids.number(len(_WEIGHTS))])]
        victim = self._servers.pop(self._ids.number(len(self._servers)))
        self._delay = self._ids.number(1000) / 1000 * _LONGEST
        killer = threading.Timer(self._delay, victim.process.send_signal, (signal.SIGKILL,))
        self._ledger.actions[act.__name__.strip("_")] += 1
        killer.start()
        with suppress(TransportError):
            act(victim)
        killer.join()
        victim.stop(signal.SIGKILL)
        self._servers.append(self._started())
        self._assert_whole()

    def _started(self) -> HarnessProcess:
        self._count += 1
        folder = self._folder / f"start{self._count}"
        folder.mkdir()
        together = "8" if self._count % 2 else "1"
        return HarnessProcess(folder, "--data", self._data, "--in-flight", together)

    def _settled(self) -> None:
        answer = self._servers[0].control("POST", "clock", {"advance": "40m"})
        assert answer.status == 200, answer.body

    # Actions; each notes what was acknowledged before the kill came.

    def _provision(self, server: HarnessProcess) -> None:
        name = self._name()
        made = server.graph("POST", "/users", _person(name))
        if made.status == 201:
            self._ledger.directory[name] = made.json()["id"]
            server.assign(made.json()["id"])
            server.graph("POST", server.job("/start"))
            server.settle()

    def _advance(self, server: HarnessProcess) -> None:
        answer = server.control("POST", "clock", {"advance": "5d"})
        if answer.status == 200:
            self._ledger.moment = max(self._ledger.moment, answer.json()["now"])

    def _populate(self, server: HarnessProcess) -> None:
        names = [self._name() for _ in range(_CROWD)]
        self._ledger.batches.append(names)
        sides = {
            "azure_ad": {"users": [_person(name) for name in names]},
            "aws_sso": {"users": [scim_user(f"x{name}") for name in names]},
        }
        answer = server.control("POST", "populate", sides)
        if answer.status == 200:
            self._ledger.directory |= dict.fromkeys(names, "")
            self._ledger.target |= {f"x{name}" for name in names}

    def _create(self, server: HarnessProcess) -> None:
        while True:
            name = f"y{self._name()}"
            if server.scim("POST", "/Users", scim_user(name)).status == 201:
                self._ledger.target.add(name)

    def _on_demand(self, server: HarnessProcess) -> None:
        """Provision a user by hand, again and again; who was said to have arrived is in the target."""
        schema = server.graph("GET", server.job("/schema")).json()
        rule = schema["synchronizationRules"][0]["id"]
        while True:
            name = self._name()
            made = server.graph("POST", "/users", _person(name))
            if made.status != 201:
                return
            self._ledger.directory[name] = made.json()["id"]
            server.assign(made.json()["id"])
            subject = {"objectId": made.json()["id"], "objectTypeName": "User"}
            body = {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
            if server.graph("POST", server.job("/provisionOnDemand"), body).status == 200:
                self._ledger.target.add(name)

    def _start(self, server: HarnessProcess) -> None:
        """Kill a server that has hardly begun, when the one before was killed without anything to do."""
        server.process.wait()
        command = [sys.executable, "-m", "harness", "serve", "--aws-port", "0", "--azure-port", "0"]
        with subprocess.Popen(
            [*command, "--data", self._data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_START_TAKES / _LONGEST * self._delay)
            process.kill()

    def _reset(self, server: HarnessProcess) -> None:
        """Whether it happened is only known by what is left, when the kill came before the answer."""
        self._ledger.may_be_empty = True
        server.control("POST", "reset", {})

    # Invariants

    def _assert_whole(self) -> None:
        server = self._servers[0]
        users, target = self._users(server), self._target(server)
        if self._ledger.may_be_empty and not users and not target:
            self._ledger = Ledger(
                moment=self._ledger.moment,
                actions=self._ledger.actions,
                forgotten=self._ledger.forgotten + self._ledger.people,
            )
        self._ledger.may_be_empty = False
        assert not [name for name, count in Counter(users).items() if count > 1]
        assert not [name for name, count in Counter(target).items() if count > 1]
        assert set(self._ledger.directory) <= set(users), "an acknowledged user of the directory is lost"
        assert self._ledger.target <= set(target), "an acknowledged user of the target is lost"
        for batch in self._ledger.batches:
            here = {name in users for name in batch} | {f"x{name}" in target for name in batch}
            assert len(here) == 1, "a populate is half there"
        now = server.control("GET", "clock").json()["now"]
        assert from_iso(now) >= from_iso(self._ledger.moment), "the time went back"
        self._ledger.moment = now

    def _users(self, server: HarnessProcess) -> list[str]:
        names, path = [], "/users?$top=999&$select=userPrincipalName"
        while path:
            page = server.graph("GET", path).json()
            names += [user["userPrincipalName"].partition("@")[0] for user in page["value"]]
            path = page.get("@odata.nextLink", "").partition("/v1.0")[2]
        return names

    def _target(self, server: HarnessProcess) -> list[str]:
        return [user["userName"].partition("@")[0] for user in server.console("/users")["users"]]

    def _name(self) -> str:
        return f"p{self._ids.hex(12)}"


def _person(name: str) -> dict[str, object]:
    return {
        "userPrincipalName": f"{name}@contoso.com", "displayName": name, "givenName": "P", "surname": name,
        "mailNickname": name, "accountEnabled": True, "passwordProfile": {"password": "x"},
    }  # fmt: skip


def scim_user(name: str) -> dict[str, object]:
    return {"userName": name, "displayName": name, "name": {"givenName": "P", "familyName": name}}

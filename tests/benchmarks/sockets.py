"""The AWS SSO app behind a socket: against scim2-server, and large against small.

What one request costs a server is its processor time: a client takes turns with it on the same machine, and would be
measured too.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.hammer import hammer, request
from tests.benchmarks.measuring import processor, remark, report
from tests.benchmarks.people import scim_user

_ROUNDS = 5
_CONNECTIONS = 8
_GOES = {
    "POST /Users": (600, 200),
    "GET by userName": (1500, 150),
}  # requests a round, of ours and of theirs
_AS_SHIPPED = "scim2-server as its command starts it"
_SAME_FRONT = "its application behind our front"
_BUDGETS = {
    f"POST /Users, {_CONNECTIONS} connections": "8x",
    f"GET by userName, {_CONNECTIONS} connections": "12x",
}


class Peer:
    """A SCIM server in a process of its own, and how many people it was given."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("peer.py")), name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        address = json.loads(self.process.stdout.readline())
        self.url, self.token = address["url"], address["token"]
        self.number = 0

    def posts(self, count: int) -> list[bytes]:
        users = [scim_user(self.number + step) for step in range(count)]
        self.number += count
        return [request("POST", f"{self.url}/Users", self.token, user) for user in users]

    def finds(self, count: int) -> list[bytes]:
        """Return searches for people all over the directory, each by userName."""
        names = [f"p{self.number * step // count}%40contoso.com" for step in range(count)]
        urls = [f"{self.url}/Users?filter=userName+eq+%22{name}%22" for name in names]
        return [request("GET", url, self.token) for url in urls]

    def cost(self, requests: list[bytes], connections: int) -> tuple[float, float]:
        """Return processor seconds of the server, and seconds on the clock, for each request."""
        before = processor(self.process.pid)
        speed = hammer(self.url, requests, connections)
        return (processor(self.process.pid) - before) / len(requests), 1 / speed

    def fill(self, people: int) -> None:
        while self.number < people:
            hammer(self.url, self.posts(min(1000, people - self.number)), _CONNECTIONS)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def against_peer() -> None:
    """Compare the AWS SSO app with scim2-server over a socket, each holding 10,000 people.

    Once with the server that scim2-server's own command starts, one connection for each request (HTTP/1.0), once with its
    application behind the front that ours has: what the fronts make of it is left out there.
    """
    ours, as_shipped, same_front = Peer("harness"), Peer("command"), Peer("scim2-server")
    peers = {"harness": ours, _AS_SHIPPED: as_shipped, _SAME_FRONT: same_front}
    for peer in peers.values():
        peer.fill(10_000)
    for name, (of_ours, of_theirs) in _GOES.items():
        make: Callable[[Peer, int], list[bytes]] = Peer.posts if name.startswith("POST") else Peer.finds
        for connections in (1, _CONNECTIONS):
            costs: dict[str, list[tuple[float, float]]] = {title: [] for title in peers}
            for _ in range(_ROUNDS):
                for title, peer in peers.items():
                    count = of_ours if peer is ours else of_theirs
                    costs[title].append(peer.cost(make(peer, count), connections))
            _compare(f"{name}, {connections} connection{'s' * (connections > 1)}", costs)
    for peer in peers.values():
        peer.stop()


def _compare(words: str, costs: dict[str, list[tuple[float, float]]]) -> None:
    """Report how many times slower each peer is than the harness, and what a request costs everybody."""
    processors, clocks = (
        {title: statistics.median(cost[at] for cost in rounds) for title, rounds in costs.items()}
        for at in (0, 1)
    )
    for title in (_AS_SHIPPED, _SAME_FRONT):
        budget = _BUDGETS.get(words, "")
        report(
            f"{words}, processor time of {title} / ours",
            processors[title] / processors["harness"],
            "x",
            budget,
        )
        report(f"{words}, our requests a second / {title}", clocks[title] / clocks["harness"], "x", budget)
    for title in costs:
        remark(f"{words}, {title}: processor time a request", 1e6 * processors[title], "us")
        remark(f"{words}, {title}: requests a second", 1 / clocks[title])


def growth() -> None:
    """Compare the cost of a request at 100,000 people with that at 1,000."""
    small, large = Peer("harness"), Peer("harness")
    small.fill(1_000)
    large.fill(100_000)
    for name, (count, _) in _GOES.items():
        make: Callable[[Peer, int], list[bytes]] = Peer.posts if name.startswith("POST") else Peer.finds
        pairs = [
            (large.cost(make(large, count), 1)[0], small.cost(make(small, count), 1)[0])
            for _ in range(_ROUNDS)
        ]
        ratio = statistics.median(big for big, _ in pairs) / statistics.median(few for _, few in pairs)
        report(f"{name} at 100,000 people / at 1,000", ratio, "x", "1.15x")
    for peer in (small, large):
        peer.stop()

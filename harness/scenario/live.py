"""The addresses of a scenario's requests in the same world when it is served, and the command that serves it.

A scenario's own addresses are those of the real clouds, which must not get requests that were meant for an imitation.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace

from harness.origins import AWS_HOSTS, GRAPH
from harness.wire.recording.exchanges import Exchange

AWS_PORT, AZURE_PORT = 8080, 8081


def addresses(aws_url: str, azure_url: str) -> Mapping[str, str]:
    """Return the served address of each cloud's origin."""
    return {GRAPH: azure_url, **dict.fromkeys(AWS_HOSTS.values(), aws_url)}


BY_DEFAULT = addresses(f"http://127.0.0.1:{AWS_PORT}", f"http://127.0.0.1:{AZURE_PORT}")


def served(exchange: Exchange, places: Mapping[str, str] = BY_DEFAULT) -> Exchange:
    """Return an exchange with its request's address in the served world; addresses of other servers stay."""
    for origin, place in places.items():
        if exchange.request.url.startswith(f"{origin}/"):
            url = place + exchange.request.url.removeprefix(origin)
            return replace(exchange, request=replace(exchange.request, url=url))
    return exchange


def command(scenario: str, seed: str | None) -> str:
    """Return the command that serves a scenario's world as it was when it failed; `seed` None is the default one."""
    words = ["harness", "serve", "--scenario", scenario, "--until", "failure"]
    return shlex.join([*words, "--seed", seed] if seed else words)

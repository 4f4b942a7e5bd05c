"""A portal's view of the world around it: the clock, and the other portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from harness.base.clock import Clock
from harness.base.quirks import load_table
from harness.remedies.target import TargetAccount, TargetEvent
from harness.wire.present import present

SURROUNDINGS = "harness.pages"


class Neighbour(Struct, frozen=True):
    """A portal as the other one knows it: its product's name, the origin of its pages, and that of its API.

    No origin has a slash behind it.
    """

    name: str
    origin: str
    endpoint: str


def product(package: str, profile: str) -> str:
    """Return a product's name in a profile; `package` is the service with its quirks."""
    return str(load_table(package).profiles[profile]["product"])


def neighbour(package: str, profile: str, origin: str, endpoint: str) -> Neighbour:
    return Neighbour(product(package, profile), origin, endpoint)


class Surroundings(Struct, frozen=True):
    """The surroundings of both portals in a world: the clock, the function that moves it, and each other.

    `next_cycle` returns when provisioning is next due, None for never; `refused_event` CloudTrail's event of a refused
    request; `account` AWS's user or group with a name.
    """

    clock: Clock
    advance: Callable[[timedelta], None]
    next_cycle: Callable[[], datetime | None]
    refused_event: Callable[[str], TargetEvent | None]
    account: Callable[[str, str], TargetAccount | None]
    azure: Neighbour
    aws: Neighbour


def surroundings() -> Surroundings | None:
    """Return the surroundings of the present request's portal, None where it is alone."""
    around = present().environ.get(SURROUNDINGS)
    return around if isinstance(around, Surroundings) else None


def event_of(request_id: str) -> TargetEvent | None:
    """Return CloudTrail's event of a refused request; None without one, or where the portal is alone."""
    around = surroundings()
    return around.refused_event(request_id) if around else None


def account_of(kind: str, name: str) -> TargetAccount | None:
    """Return AWS's `User` or `Group` with a name; None without one, or where the portal is alone."""
    around = surroundings()
    return around.account(kind, name) if around else None

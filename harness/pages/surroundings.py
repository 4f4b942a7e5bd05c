"""What a portal knows of the world around it: the clock, and the other portal."""

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
    """Return what a service's product is called in a profile's year; `package` is where its quirks are."""
    return str(load_table(package).profiles[profile]["product"])


def neighbour(package: str, profile: str, origin: str, endpoint: str) -> Neighbour:
    return Neighbour(product(package, profile), origin, endpoint)


class Surroundings(Struct, frozen=True):
    """What lies around both portals of a world: a clock, what moves it, and each other.

    `next_cycle` tells when provisioning is next due, None for never, `refused_event` what AWS logged of a request it refused,
    `account` its user or group of a name.
    """

    clock: Clock
    advance: Callable[[timedelta], None]
    next_cycle: Callable[[], datetime | None]
    refused_event: Callable[[str], TargetEvent | None]
    account: Callable[[str, str], TargetAccount | None]
    azure: Neighbour
    aws: Neighbour


def surroundings() -> Surroundings | None:
    """Return what the present request's portal is surrounded by, None where it stands alone."""
    around = present().environ.get(SURROUNDINGS)
    return around if isinstance(around, Surroundings) else None


def event_of(request_id: str) -> TargetEvent | None:
    """Return what AWS logged of a request it refused; None where there is nothing, or the portal stands alone."""
    around = surroundings()
    return around.refused_event(request_id) if around else None


def account_of(kind: str, name: str) -> TargetAccount | None:
    """Return AWS's `User` or `Group` of a name; None where there is none, or the portal stands alone."""
    around = surroundings()
    return around.account(kind, name) if around else None

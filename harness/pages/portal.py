"""What a portal's pages say of themselves, and what they are surrounded by: the clock, and the other portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import request
from msgspec import Struct

from harness.base.clock import Clock, iso
from harness.base.quirks import load_table
from harness.pages.instruments import present_instruments
from harness.pages.rewinding import before_last_cycle
from harness.remedies.target import TargetAccount, TargetEvent

SURROUNDINGS = "harness.pages"


class Section(NamedTuple):
    """A link of the navigation."""

    label: str
    address: str


class Portal(Struct, frozen=True):
    """One imitated portal: the product's name in the profile's year, a theme of the style sheet, its sections."""

    name: str
    theme: str
    home: str
    sections: tuple[Section, ...]

    def section(self, path: str) -> str:
        """Return the address of the section that a page belongs to: the longest one that its path begins with."""
        fitting = [
            address
            for _, address in self.sections
            if path == address or path.startswith(f"{address.rstrip('/')}/")
        ]
        return max(fitting, key=len, default="")


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
    present = request.environ.get(SURROUNDINGS)
    return present if isinstance(present, Surroundings) else None


def event_of(request_id: str) -> TargetEvent | None:
    """Return what AWS logged of a request it refused; None where there is nothing, or the portal stands alone."""
    around = surroundings()
    return around.refused_event(request_id) if around else None


def account_of(kind: str, name: str) -> TargetAccount | None:
    """Return AWS's `User` or `Group` of a name; None where there is none, or the portal stands alone."""
    around = surroundings()
    return around.account(kind, name) if around else None


def frame(portal: Portal, clock: Clock) -> dict[str, Any]:
    """Return what `pages/frame.html` needs."""
    around = surroundings()
    next_cycle = around.next_cycle() if around else None
    return {
        "portal": portal,
        "section": portal.section(request.path),
        "now": iso(clock.now()),
        "around": around,
        "next_cycle": None if next_cycle is None else iso(next_cycle),
        "instruments": present_instruments(),
        "before_last_cycle": before_last_cycle(),
        "here": request.full_path.rstrip("?") if request.method == "GET" else portal.home,
    }

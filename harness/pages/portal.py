"""A portal's name, theme and navigation."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import request
from msgspec import Struct

from harness.base.clock import Clock, iso
from harness.pages.instruments import present_instruments
from harness.pages.rewinding import before_last_cycle
from harness.pages.surroundings import surroundings


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


def frame(portal: Portal, clock: Clock) -> dict[str, Any]:
    """Return the variables of `pages/frame.html`."""
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

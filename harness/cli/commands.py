"""Which commands there are, and where each is written: a module is imported when its command is named.

That is Click's own way with many commands (https://click.palletsprojects.com/en/stable/complex/, "Lazily Loading
Subcommands", read 2026-11-29).
"""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterator
from importlib import import_module

import click

# `job` stands beside `clock`, for the verbs that drive a job are added to it there.
_PLACES = {
    "run": "harness.cli.running:run",
    "list": "harness.cli.listing:list_",
    "show": "harness.cli.writing:show",
    "new": "harness.cli.writing:new",
    "explain": "harness.cli.explaining:explain",
    "quirks": "harness.cli.explaining:quirks",
    "schema": "harness.cli.explaining:schema_",
    "serve": "harness.cli.serving:serve",
    "certify": "harness.certification.commands:certify",
    "diagnose": "harness.diagnosis.commands:diagnose",
    "reproduce": "harness.diagnosis.commands:reproduce",
    "populate": "harness.diagnosis.inventing.commands:populate",
    "record": "harness.traffic.commands:record",
    "replay": "harness.traffic.commands:replay",
    "clock": "harness.client.driving:clock",
    "snapshot": "harness.client.rewinding:snapshot",
    "fault": "harness.client.faults:fault",
    "requests": "harness.client.seen:requests",
    "watch": "harness.client.watching:watch",
    "job": "harness.client.driving:job",
    "why": "harness.client.commands:why",
    "verify": "harness.client.commands:verify",
    "events": "harness.client.event_history:events",
}


class CommandsOnDemand(UserDict[str, click.Command]):
    """The commands of the table above by name."""

    def __missing__(self, name: str) -> click.Command:
        """Import a command that is looked up for the first time. Raises KeyError for a name that there is not."""
        module, _, attribute = _PLACES[name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        self[name] = command
        return command

    def __contains__(self, name: object) -> bool:
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)

"""The options of a served world."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.base.store import Document
from harness.pages.instruments import ScenarioOf


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine alone: `localhost`, or an address of 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """The address of a PostgreSQL database; it has a password, so it is not printed."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        return "in PostgreSQL"


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `harness serve`.

    `data` None keeps everything in memory; `smtp` is host and port; `quirks` are values by id that replace the profile's;
    `api_credentials` is the key pair that the AWS APIs accept (None: any); `in_flight` objects of a cycle are at work
    together (None: by the target); `tls` are the PEM files of a certificate and its key (None: plain http);
    `bare` leaves provisioning to be configured by hand; `allowed_hosts` are names by which other machines may address this
    one, the first of which stands in addresses that are given out; `processes` answer together; `key` encrypts stored secrets, those
    under `old_key`, too;
    `access_key` is demanded of other machines (None: that of the data, or a new one);
    `schema` is an exported one for the job; `scenario_of` turns exchanges into a scenario, for the timeline's page.
    """

    host: str = "127.0.0.1"
    aws_port: int = 0
    azure_port: int = 0
    profile: str = "identity-center"
    data: Path | PostgresAddress | None = None
    seed: str | None = None
    smtp: tuple[str, int] | None = None
    quirks: Mapping[str, Any] = field(default_factory=dict)
    api_credentials: tuple[str, str] | None = field(default=None, repr=False)
    in_flight: int | None = None
    tls: tuple[Path, Path] | None = None
    allowed_hosts: tuple[str, ...] = ()
    bare: bool = False
    schema: Document | None = None
    processes: int = 1
    key: str | None = field(default=None, repr=False)
    old_key: str | None = field(default=None, repr=False)
    access_key: str | None = field(default=None, repr=False)
    scenario_of: ScenarioOf | None = None

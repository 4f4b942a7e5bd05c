"""What every kind of certification has on the command line: names, waivers, and where the certificate goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

_Command = Callable[..., None]
_FILE = click.Path(path_type=Path, dir_okay=True)


@dataclass(frozen=True, slots=True)
class Options:
    """What is tested by name, the file of waivers, and the files that the certificate is written to."""

    product: str
    product_version: str
    waivers: Path | None
    junit: Path | None
    html: Path | None
    json: Path | None
    only_failures: bool


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What `harness certify server` is given of the server and of how to ask it; `timeout` and `settle` are in seconds."""

    url: str
    token: str
    names: tuple[str, ...]
    checks: tuple[str, ...]
    yes: bool
    schema: Path | None
    without: tuple[str, ...]
    token_endpoint: str | None
    client_id: str | None
    client_secret: str | None
    federated_issuer: str | None
    federated_application_id: str | None
    federated_application_secret: str | None
    federated_token_endpoint: str | None
    federated_client_id: str
    federated_audience: str
    timeout: float
    rate: float
    settle: float
    seed: str | None


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What `harness certify client` is given; `timeout` is in seconds, `words` are the command's own."""

    words: tuple[str, ...]
    timeout: float
    profile: str
    calls_per_object: float
    endpoint_variable: str
    token_variable: str
    source: Path | None
    seed: str | None


def with_options(command: _Command) -> _Command:
    """Add those options; the command is given them as `options`."""

    @wraps(command)
    def gathered(**given: Any) -> None:
        options = Options(**{field.name: given.pop(field.name) for field in fields(Options)})
        command(options=options, **given)

    wrapped: _Command = gathered
    for option in (
        click.option(
            "--json", type=_FILE, metavar="FILE", help="Write the certificate as JSON, for programs."
        ),
        click.option("--only-failures", is_flag=True, help="Print what did not pass, and the verdicts."),
        click.option("--html", type=_FILE, metavar="FILE", help="Write it as one HTML page, for people."),
        click.option("--junit", type=_FILE, metavar="FILE", help="Write it as JUnit XML, for build servers."),
        click.option(
            "--waivers", type=_FILE, metavar="FILE", help="Failures that are accepted, with reasons (YAML)."
        ),
        click.option("--product-version", default="", metavar="TEXT", help="The product's version."),
        click.option("--product", default="", metavar="NAME", help="What is tested, for the certificate."),
    ):
        wrapped = option(wrapped)
    return wrapped

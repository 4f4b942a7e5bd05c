"""The options of `harness serve` as they are typed, checked against each other, and made into the `Options` that a server takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from harness.base.errors import HarnessError
from harness.cli import serve_values
from harness.cli.together import Command, Option, together

if TYPE_CHECKING:
    from harness.scenario.staging.serving import Staging
    from harness.serving.options import Options

_FILE = click.Path(path_type=Path, dir_okay=True)
_PORT = click.IntRange(0, 65535)
_HOST, _PROFILE = "127.0.0.1", "identity-center"


class ServeOptions(Struct, frozen=True):
    """What the command line says of the served world, as written there."""

    host: str
    allow_remote: bool
    allowed_hosts: tuple[str, ...]
    access_key: str | None
    aws_port: int
    azure_port: int
    profile: str
    data: str | None
    populate: Path | None
    schema: Path | None
    ready_file: Path | None
    smtp: str | None
    seed: str | None
    in_flight: int | None
    processes: int
    quirk_values: tuple[str, ...]
    aws_access_key_id: str | None
    aws_secret_access_key: str | None
    key_file: Path | None
    old_key_file: Path | None
    tls_certificate: Path | None
    tls_key: Path | None
    bare: bool
    scenario: str | None
    until: str | None
    variables: tuple[str, ...]

    def put_in_order(self) -> Options:
        """Read what is written. Raises HarnessError for what cannot be read, half a pair, and a key that nothing is kept for."""
        from harness.scenario.language.quirk_values import read_quirks
        from harness.serving.options import Options

        self._check_ports()
        if self.key_file is not None and self.data is None:
            raise HarnessError("--key-file encrypts what --data keeps; add --data, or leave the key out")
        if self.seed == "":  # as for --data; tokens that anybody can guess
            raise HarnessError("--seed is empty; give one, or leave it out")
        key = serve_values.key(self.key_file)
        return Options(
            host=self.host,
            aws_port=self.aws_port,
            azure_port=self.azure_port,
            profile=self.profile,
            data=serve_values.place(self.data),
            seed=self.seed,
            smtp=serve_values.mail_host(self.smtp),
            in_flight=self.in_flight,
            processes=self.processes,
            key=key,
            old_key=serve_values.old_key(self.old_key_file, key),
            quirks=read_quirks(self.quirk_values),
            api_credentials=serve_values.both(
                self.aws_access_key_id,
                self.aws_secret_access_key,
                "--aws-access-key-id and --aws-secret-access-key",
            ),
            tls=serve_values.both(self.tls_certificate, self.tls_key, "--tls-certificate and --tls-key"),
            bare=self.bare,
            schema=serve_values.schema(self.schema),
            allowed_hosts=self.allowed_hosts,
            access_key=serve_values.access_key(self.access_key),
        )

    def staging(self) -> Staging | None:
        """Return what is asked of a scenario's world, None when none is named. Raises HarnessError."""
        if self.scenario is None:
            if self.until is not None or self.variables:
                raise HarnessError("--until and --var go with --scenario")
            return None
        from harness.cli.choosing import one_scenario
        from harness.scenario.staging.moments import FAILURE
        from harness.scenario.staging.serving import Staging

        self._check_ports()
        foreign = [name for name, value in self._not_for_scenarios() if value]
        if foreign:
            raise HarnessError(
                f"a scenario says itself what its world is: {', '.join(foreign)} cannot be added"
            )
        scenario = one_scenario(self.scenario, self.variables)
        return Staging(
            scenario, self.until or FAILURE, self.seed, self.aws_port, self.azure_port, self.ready_file
        )

    def _check_ports(self) -> None:
        if self.aws_port == self.azure_port != 0:
            raise HarnessError(f"--aws-port and --azure-port are both {self.aws_port}; give each its own")

    def _not_for_scenarios(self) -> tuple[tuple[str, object], ...]:
        return (
            ("--host", self.host != _HOST),
            ("--profile", self.profile != _PROFILE),
            ("--in-flight", self.in_flight),
            ("--processes", self.processes > 1),
            ("--key-file", self.key_file),
            ("--old-key-file", self.old_key_file),
            ("--tls-key", self.tls_key),
            ("--allow-remote", self.allow_remote),
            ("--allowed-host", self.allowed_hosts),
            ("--data or HARNESS_DATA", self.data),
            ("--populate", self.populate),
            ("--schema", self.schema),
            ("--smtp", self.smtp),
            ("--quirk", self.quirk_values),
            ("--aws-access-key-id", self.aws_access_key_id),
            ("--tls-certificate", self.tls_certificate),
            ("--bare", self.bare),
        )

    def people(self) -> Path | None:
        """Return the file of people; `@small` comes with the harness. Raises HarnessError."""
        from harness.scenario import shipped

        if self.populate and shipped.is_named(str(self.populate)):
            return shipped.fixture(str(self.populate))
        return self.populate


_OPTIONS: tuple[Option, ...] = (
    click.option("--host", default=_HOST, show_default=True, help="Address to listen on."),
    click.option(
        "--allow-remote",
        is_flag=True,
        help="Permit a host that is not loopback; pages, passwords and APIs without tokens then need a key.",
    ),
    click.option(
        "--allowed-host",
        "allowed_hosts",
        multiple=True,
        metavar="NAME",
        help="A name by which other machines may ask (repeatable); addresses are told with the first.",
    ),
    click.option(
        "--access-key",
        envvar="HARNESS_ACCESS_KEY",
        metavar="KEY",
        help="The key that other machines need, best given in HARNESS_ACCESS_KEY; without it one is made, and stays in --data.",
    ),
    click.option(
        "--aws-port", default=8080, show_default=True, type=_PORT, help="Port of AWS SSO (0: any free one)."
    ),
    click.option(
        "--azure-port",
        default=8081,
        show_default=True,
        type=_PORT,
        help="Port of Azure AD (0: any free one).",
    ),
    click.option(
        "--profile",
        default=_PROFILE,
        show_default=True,
        help="Which AWS SSO is imitated: aws-sso-2020 or identity-center.",
    ),
    click.option(
        "--data",
        type=click.Path(path_type=str, file_okay=False),
        envvar="HARNESS_DATA",
        metavar="DIR|URL",
        help="Keep state in SQLite files, or in PostgreSQL (postgresql://ROLE:PASSWORD@HOST/DATABASE, best given in HARNESS_DATA).",
    ),
    click.option(
        "--populate",
        type=_FILE,
        metavar="FILE",
        help="Fill an empty directory from a YAML or JSON file of users, groups, assignments; from users as exported; @small or @contoso.",
    ),
    click.option(
        "--schema",
        type=_FILE,
        metavar="FILE",
        help="Give the job this synchronization schema, as exported from a real one.",
    ),
    click.option(
        "--ready-file",
        type=_FILE,
        metavar="FILE",
        help="Write endpoints and tokens here once both apps listen.",
    ),
    click.option(
        "--smtp",
        metavar="HOST:PORT",
        help="Send notification mails through this host, not only to the outbox.",
    ),
    click.option(
        "--bare",
        is_flag=True,
        help="Leave automatic provisioning off and the job unmade, to do it all by hand in the portals.",
    ),
    click.option("--seed", help="Seed of every identifier and token; without one they cannot be guessed."),
    click.option(
        "--in-flight",
        type=click.IntRange(1, 64),
        help="Objects of a cycle at work together: 8 at a server elsewhere, 1 at the AWS SSO served here, unless said.",
    ),
    click.option(
        "--processes",
        default=1,
        show_default=True,
        type=click.IntRange(1, 64),
        help="Processes that answer together; more than one need PostgreSQL.",
    ),
    click.option(
        "--quirk",
        "quirk_values",
        multiple=True,
        metavar="NAME=VALUE",
        help="Flip one quirk (repeatable); the value is YAML, as in --quirk escrow-hours='[0, 1]'.",
    ),
    click.option("--aws-access-key-id", metavar="ID", help="The one access key that the AWS APIs accept."),
    click.option(
        "--aws-secret-access-key",
        envvar="HARNESS_AWS_SECRET_ACCESS_KEY",
        metavar="SECRET",
        help="Its secret, best given in HARNESS_AWS_SECRET_ACCESS_KEY; without the two any key is accepted.",
    ),
    click.option(
        "--key-file",
        type=_FILE,
        metavar="FILE",
        help="Encrypt the secrets in --data with the key in this file, or in HARNESS_KEY; from then on it is needed.",
    ),
    click.option(
        "--old-key-file",
        type=_FILE,
        metavar="FILE",
        help="To change the key: start once, alone, with the one until now here and the new one in --key-file.",
    ),
    click.option(
        "--tls-certificate", type=_FILE, metavar="FILE", help="Serve https with this certificate (PEM)."
    ),
    click.option("--tls-key", type=_FILE, metavar="FILE", help="Its private key (PEM)."),
    click.option(
        "--scenario",
        metavar="ID",
        help="Serve a scenario's world instead: a file or an id that 'harness list' prints.",
    ),
    click.option(
        "--until",
        metavar="STEP",
        help="Up to and with which step it is played: its number, verb or name, or 'failure' (default).",
    ),
    click.option(
        "--var",
        "variables",
        multiple=True,
        metavar="NAME=VALUE",
        help="A value for its ${NAME} (repeatable).",
    ),
)


def with_serve_options(command: Command) -> Command:
    """Add the options; the command is given them as `options`."""
    return together(command, "options", ServeOptions, _OPTIONS)

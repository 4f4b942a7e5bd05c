"""The `harness` command. What is heavy is imported inside the command that needs it, so that `--help` is quick.

Exit codes: 0 everything passed, 1 something failed or nothing ran, 2 a bad file or bad usage, 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from harness import __version__
from harness.base.errors import HarnessError, nearest
from harness.certification.commands import certify
from harness.client.commands import job, why

if TYPE_CHECKING:
    from harness.scenario.events import Event

_T = TypeVar("_T")
_FILE = click.Path(path_type=Path, dir_okay=True)
_PORT = click.IntRange(0, 65535)


class _Commands(click.Group):
    """Turns what people can mend into `error: …` and exit code 2, and Ctrl-C into 130: never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)


class _Report(Protocol):
    def consume(self, event: Event) -> None: ...

    def finish(self) -> None: ...


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="harness")
def main() -> None:
    """Replay SCIM provisioning from Azure AD to AWS SSO, on one machine and a virtual clock."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe may be cp1252 or ASCII; a name it cannot write must not end the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@main.command()
@click.argument("paths", nargs=-1, type=_FILE)
@click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML, for build servers.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write one HTML page, for people.")
@click.option("--json", "json_", type=_FILE, metavar="FILE", help="Write everything as JSON, for programs.")
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Run only scenarios with this tag (repeatable)."
)
@click.option("--keep-going/--fail-fast", default=True, help="Go on after a failure (default), or stop.")
@click.option("--seed", default="1", show_default=True, help="Seed of every identifier: same seed, same run.")
def run(
    *,
    paths: tuple[Path, ...],
    junit: Path | None,
    html: Path | None,
    json_: Path | None,
    tags: tuple[str, ...],
    keep_going: bool,
    seed: str,
) -> None:
    """Run scenario files, or all of a folder.

    PATHS are files and folders; the folder 'scenarios' unless given. Exits with 0 if something ran and all of it passed, with
    1 if something failed or nothing ran, with 2 for a bad file or bad usage.
    """
    from harness.scenario.loading import find, load
    from harness.scenario.running import run as run_scenarios

    reports = _reports(junit, html, json_)
    files = find(paths or (Path("scenarios"),))
    tally = _Tally()
    try:
        for event in run_scenarios(files, seed=seed, tags=tags, fail_fast=not keep_going):
            tally.consume(event)
            for report in reports:
                report.consume(event)
    finally:
        # Whatever stopped the run, what did run is reported.
        _finish(reports)
    if not tally.ran and not tally.rejected:
        known = {tag for path in files for scenario in load(path).scenarios() for tag in scenario.tags}
        click.echo(f"error: {_none(paths, tags if files else (), known)}", err=True)
    sys.exit(tally.exit_code())


def _none(paths: tuple[Path, ...], tags: tuple[str, ...], known: set[str]) -> str:
    """Say that no scenario was found, or none with these tags; `known` are the tags that there are."""
    where = ", ".join(map(str, paths)) or "scenarios"
    if not tags:
        return f"no scenario was found in {where}"
    hint = next(
        filter(None, (nearest(tag, known) for tag in tags)), f"; there are: {', '.join(sorted(known))}"
    )
    return (
        f"no scenario has the tag {' or '.join(repr(tag) for tag in tags)} in {where}{hint if known else ''}"
    )


def _reports(junit: Path | None, html: Path | None, json: Path | None) -> list[_Report]:
    """Prepare every report that is asked for; one that cannot be written stops us before anything runs."""
    from harness.report.terminal import TerminalReport

    reports: list[_Report] = []
    if junit is not None:
        from harness.report.junit import JUnitReport

        reports.append(JUnitReport(junit))
    if html is not None:
        from harness.report.html import HtmlReport

        reports.append(HtmlReport(html))
    if json is not None:
        from harness.report.json_report import JsonReport

        reports.append(JsonReport(json))
    return [*reports, TerminalReport()]


def _finish(reports: list[_Report]) -> None:
    """Finish them all, even when one cannot be written any more; then say so."""
    trouble = []
    for report in reports:
        try:
            report.finish()
        except HarnessError as error:
            trouble.append(str(error))
    if trouble:
        raise HarnessError("; ".join(trouble))


class _Tally:
    """Counts what the exit code depends on."""

    def __init__(self) -> None:
        self.ran = self.failed = self.rejected = 0

    def consume(self, event: Event) -> None:
        from harness.scenario.events import FileRejected, ScenarioFinished

        if isinstance(event, FileRejected):
            self.rejected += 1
        elif isinstance(event, ScenarioFinished):
            self.ran += 1
            self.failed += not event.passed

    def exit_code(self) -> int:
        if self.rejected:
            return 2
        return 0 if self.ran and not self.failed else 1


@main.command("list")
@click.argument("paths", nargs=-1, type=_FILE)
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="List only scenarios with this tag (repeatable)."
)
def list_(paths: tuple[Path, ...], tags: tuple[str, ...]) -> None:
    """List scenarios: id, title and tags.

    PATHS are files and folders; the folder 'scenarios' unless given.
    """
    from harness.report.diagnostics import as_text, rejection_lines
    from harness.scenario.loading import ScenarioError, find, load

    rejected = listed = False
    known: set[str] = set()
    for path in find(paths or (Path("scenarios"),)):
        try:
            scenarios = load(path).scenarios()
        except ScenarioError as error:
            click.echo(as_text(rejection_lines(error.rejection)), err=True)
            rejected = True
            continue
        for scenario in scenarios:
            known |= set(scenario.tags)
            if not tags or set(tags) & set(scenario.tags):
                listed = True
                words = f"  [{', '.join(scenario.tags)}]" if scenario.tags else ""
                click.echo(f"{scenario.id}  {scenario.title}{words}")
    if not listed and not rejected:
        click.echo(f"error: {_none(paths, tags, known)}", err=True)
    if rejected or not listed:
        sys.exit(2 if rejected else 1)


@main.command()
@click.argument("name")
def explain(name: str) -> None:
    """Say what a name in a scenario is.

    NAME is a quirk, a step, an expectation, a matcher or a key of the file: escrow-hours, 'edit mapping', cloudtrail, $contains,
    cases.
    """
    from harness.scenario.dictionary import explain as explanation

    click.echo(explanation(name))


@main.command()
def quirks() -> None:
    """List every quirk with its sentence, by service."""
    from harness.scenario.flips import quirk_tables

    for service, table in quirk_tables():
        click.echo(f"{service} ({', '.join(table.profiles)})")
        for row in table.rows.values():
            click.echo(f"  {row.id}\n      {row.sentence}")


@main.command("schema")
def schema_() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from harness.scenario.editors import schema_for_editors

    click.echo(json.dumps(schema_for_editors(), indent=2, ensure_ascii=False))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Permit a host that is not loopback; the control API then needs a key.",
)
@click.option(
    "--aws-port", default=8080, show_default=True, type=_PORT, help="Port of AWS SSO (0: any free one)."
)
@click.option(
    "--azure-port", default=8081, show_default=True, type=_PORT, help="Port of Azure AD (0: any free one)."
)
@click.option(
    "--profile",
    default="identity-center",
    show_default=True,
    help="Which AWS SSO is imitated: aws-sso-2020 or identity-center.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep state in SQLite files.",
)
@click.option(
    "--populate", type=_FILE, metavar="FILE", help="Fill an empty directory from a YAML or JSON file."
)
@click.option(
    "--ready-file", type=_FILE, metavar="FILE", help="Write endpoints and tokens here once both apps listen."
)
@click.option(
    "--smtp", metavar="HOST:PORT", help="Send notification mails through this host, not only to the outbox."
)
@click.option("--seed", help="Seed of every identifier and token; without one they cannot be guessed.")
@click.option(
    "--in-flight",
    default=8,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Objects of a cycle at work together.",
)
@click.option(
    "--quirk",
    "quirks_",
    multiple=True,
    metavar="NAME=VALUE",
    help="Flip one quirk (repeatable); the value is YAML, as in --quirk escrow-hours='[0, 1]'.",
)
@click.option("--aws-access-key-id", metavar="ID", help="The one access key that the AWS APIs accept.")
@click.option(
    "--aws-secret-access-key", metavar="SECRET", help="Its secret; without the two any key is accepted."
)
@click.option(
    "--tls-certificate", type=_FILE, metavar="FILE", help="Serve https with this certificate (PEM)."
)
@click.option("--tls-key", type=_FILE, metavar="FILE", help="Its private key (PEM).")
def serve(
    *,
    host: str,
    allow_remote: bool,
    aws_port: int,
    azure_port: int,
    profile: str,
    data: Path | None,
    populate: Path | None,
    ready_file: Path | None,
    smtp: str | None,
    seed: str | None,
    in_flight: int,
    quirks_: tuple[str, ...],
    aws_access_key_id: str | None,
    aws_secret_access_key: str | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> None:
    """Start both apps for a person, until Ctrl-C.

    Both are on loopback, with automatic provisioning enabled and a provisioning job whose schedule is off. GET / on either app
    shows addresses and commands to copy; /portal/ on Azure AD and /console/ on AWS SSO are for a browser.
    """
    from harness.serving.served import Options
    from harness.serving.session import serve as serve_until_stopped

    options = Options(
        host=host,
        aws_port=aws_port,
        azure_port=azure_port,
        profile=profile,
        data=data,
        seed=seed,
        smtp=_mail_host(smtp),
        in_flight=in_flight,
        quirks=_flips(quirks_),
        api_credentials=_both(
            aws_access_key_id, aws_secret_access_key, "--aws-access-key-id and --aws-secret-access-key"
        ),
        tls=_both(tls_certificate, tls_key, "--tls-certificate and --tls-key"),
    )
    serve_until_stopped(
        options, populate=populate, ready_file=ready_file, allow_remote=allow_remote, say=click.echo
    )


def _flips(given: tuple[str, ...]) -> dict[str, Any]:
    """Read `NAME=VALUE` texts. Raises HarnessError for what no quirk can be set to."""
    import yaml

    from harness.scenario.flips import mistake

    flips: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise HarnessError(f"--quirk '{text}' is not NAME=VALUE, as in escrow-days=7")
        try:
            flips[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise HarnessError(f"--quirk {name}: '{value}' is not YAML") from error
        if problem := mistake(name, flips[name]):
            raise HarnessError(problem)
    return flips


def _both(one: _T | None, other: _T | None, names: str) -> tuple[_T, _T] | None:
    if one and other:
        return one, other
    if one is None and other is None:
        return None
    raise HarnessError(f"{names} go together")


def _mail_host(smtp: str | None) -> tuple[str, int] | None:
    if smtp is None:
        return None
    host, _, port = smtp.rpartition(":")
    if not host or not port.isdecimal():
        raise HarnessError(f"--smtp '{smtp}' is not HOST:PORT, as in localhost:1025")
    return host.strip("[]"), int(port)


main.add_command(certify)
main.add_command(job)
main.add_command(why)

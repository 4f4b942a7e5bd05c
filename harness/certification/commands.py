"""`harness certify`: judging a SCIM server, and the list of what it is judged by."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.base import json_text
from harness.base.errors import HarnessError
from harness.certification.client.commands import client
from harness.certification.issuing import issue
from harness.certification.options import Options, ServerOptions, with_options

if TYPE_CHECKING:
    from harness.base.store import Document
    from harness.certification.subject import Federation, OAuth, Subject
    from harness.certification.suite import Suite


@click.group()
def certify() -> None:
    """Judge a SCIM server, or a client of AWS SSO, and write the certificate.

    Exits with 0 if every suite succeeded, with 1 if one failed, with 2 for bad usage, with 3 if the server cannot be
    reached, with 4 if something could not be judged, with 5 if a suite succeeded but for something.
    """


@certify.command()
@click.argument("url")
@click.option("--token", envvar="SCIM_TOKEN", default="", help="Access token; better in SCIM_TOKEN.")
@click.option("--suite", "names", multiple=True, metavar="NAME", help="Run only this suite (repeatable).")
@click.option("--check", "checks", multiple=True, metavar="NAME", help="Run only this check (repeatable).")
@click.option("--yes", is_flag=True, help="Do not ask before writing to a server on another machine.")
@click.option(
    "--schema",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The job's schema, as Microsoft Graph exports it.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="ATTRIBUTE",
    help="Leave a target attribute out of the mappings (repeatable).",
)
@click.option(
    "--no-groups",
    is_flag=True,
    help="The server has no groups: skip what asks for them, and say so in the verdict.",
)
@click.option("--token-endpoint", metavar="URL", help="Where OAuth 2.0 client credentials get a token.")
@click.option("--client-id", metavar="ID", help="The client that asks there.")
@click.option(
    "--client-secret", envvar="SCIM_CLIENT_SECRET", help="Its secret; better in SCIM_CLIENT_SECRET."
)
@click.option(
    "--federated-issuer",
    metavar="URL",
    help="Entra's token endpoint, where an application of the tenant gets the token of a workload identity.",
)
@click.option("--federated-application-id", metavar="ID", help="That application.")
@click.option(
    "--federated-application-secret",
    envvar="SCIM_FEDERATED_APPLICATION_SECRET",
    help="Its secret; better in SCIM_FEDERATED_APPLICATION_SECRET.",
)
@click.option(
    "--federated-token-endpoint", metavar="URL", help="Where the server exchanges that token for its own."
)
@click.option("--federated-client-id", default="", metavar="ID", help="The client whose assertion it is.")
@click.option(
    "--federated-audience", default="", metavar="TEXT", help="The audience, at googleapis.com alone."
)
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long an answer may take.",
)
@click.option(
    "--rate",
    default=0.0,
    type=click.FloatRange(min=0),
    metavar="N",
    help="Requests a second at most (default: as fast as it goes).",
)
@click.option(
    "--settle",
    default=3.0,
    show_default=True,
    type=click.FloatRange(min=0, max=600),
    metavar="SECONDS",
    help="How long what was written may take to be read; until then a read is repeated.",
)
@click.option(
    "--seed", metavar="TEXT", help="Names of people and groups follow from it (default: a new one)."
)
@click.option(
    "--load",
    default=0,
    type=click.IntRange(min=0),
    metavar="SECONDS",
    help="At last, let Locust ask 30 times a second for so long, and demand 25 answers (needs scim-harness[load]).",
)
@click.option(
    "--load-processes",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes Locust distributes that over.",
)
@with_options
def server(*, options: Options, **words: Any) -> None:
    """Judge a SCIM server as Azure AD, Okta and the RFC see it.

    URL is what an administrator enters as Tenant URL, with ?aadOptscim062020 if the job is to run with it. The checks make
    users and groups with names of their own, and delete them again.
    """
    from datetime import timedelta
    from itertools import chain

    from harness.base.clock import OffsetClock, pause
    from harness.base.ids import Ids
    from harness.certification.bench.forecast import Forecast
    from harness.certification.bench.patience import Patience
    from harness.certification.choosing import chosen
    from harness.certification.client.rules import AWS_CLIENT
    from harness.certification.load.measuring import LOAD, Load, require_locust
    from harness.certification.load.measuring import results as load_results
    from harness.certification.running import run
    from harness.certification.suites import SUITES
    from harness.wire.sockets.network import Network

    server_options = ServerOptions(**words)
    load = Load(server_options.load, server_options.load_processes)
    if server_options.load:
        require_locust()
    suites: tuple[Suite[Any], ...] = chosen(server_options.names, server_options.checks)
    subject = _subject(server_options)
    _ask_before_writing(subject, yes=server_options.yes)
    if not (subject.token or subject.oauth):
        click.echo("note: no token was given, in SCIM_TOKEN or as --token", err=True)
    seed, clock = server_options.seed or Ids(None).hex(8), OffsetClock()
    requests = {suite.name: suite.requests for suite in suites}
    send = Forecast(
        Network(server_options.timeout),
        requests,
        server_options.rate,
        lambda text: click.echo(text, err=True),
    )
    results = run(
        subject,
        suites,
        send,
        clock,
        seed,
        patience=Patience(server_options.rate, timedelta(seconds=server_options.settle)),
        pause=pause,
    )
    if server_options.load:
        results, suites = chain(results, load_results(subject, load, clock, seed)), (*suites, LOAD)
    issue(results, suites, subject.base, seed, options, waivable=(*SUITES, LOAD, AWS_CLIENT))


certify.add_command(client)


@certify.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def compare(*, before: Path, after: Path) -> None:
    """Tell what two certificates, written with --json, say differently; exits with 1 if something got worse."""
    from harness.certification.comparing import compare as differences_of

    differences = differences_of(before, after)
    for each in differences:
        click.echo(f"{'worse' if each.worse else 'other'}  {each}")
    if not differences:
        click.echo("both say the same")
    sys.exit(any(each.worse for each in differences))


@certify.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option(
    "--signer", default="", metavar="TEXT", help="The fingerprint of the key that has to have signed."
)
def check(*, manifest: Path, signer: str) -> None:
    """Tell whether the files of a manifest are as they were signed; exits with 1 if not."""
    from harness.certification.manifest import check_manifest

    checked = check_manifest(manifest, signer)
    for reason in checked.wrong:
        click.echo(f"wrong  {reason}")
    if not checked.wrong:
        click.echo(f"{checked.files} files are as {checked.signer} signed them")
    sys.exit(bool(checked.wrong))


@certify.command("list")
def list_() -> None:
    """List the suites and what each of their checks demands; the last one is for clients."""
    from harness.certification.client.rules import AWS_CLIENT
    from harness.certification.suites import SUITES

    suites: tuple[Suite[Any], ...] = (*SUITES, AWS_CLIENT)
    for suite in suites:
        click.echo(f"{suite.name}: {suite.title}\n  {suite.fits}\n  {suite.source}")
        for check in suite.checks:
            optional = "" if check.mandatory else " (optional)"
            click.echo(f"    {check.name}{optional}\n        {check.passes_when}")


def _ask_before_writing(subject: Subject, *, yes: bool) -> None:
    """Ask whether people and groups may be made on another machine. Raises HarnessError where nobody can be asked."""
    if yes or subject.is_at_home:
        return
    question = (
        f"The checks make users and groups at {subject.base} and delete them again. Is it a test tenant?"
    )
    if not sys.stdin.isatty():
        raise HarnessError(f"{question} Then say --yes")
    click.confirm(question, abort=True)


def _schema(path: Path) -> Document:
    document = json_text.read_file(path)
    if not isinstance(document, dict) or not isinstance(document.get("synchronizationRules"), list):
        raise HarnessError(f"{path} is no synchronizationSchema: it has no list 'synchronizationRules'")
    return document


def _subject(server_options: ServerOptions) -> Subject:
    from harness.certification.subject import Subject

    mapping = None if server_options.schema is None else _schema(server_options.schema)
    return Subject(
        server_options.url,
        server_options.token,
        mapping,
        server_options.without,
        _oauth(server_options),
        _federation(server_options),
        groups=not server_options.no_groups,
    )


def _oauth(server_options: ServerOptions) -> OAuth | None:
    from harness.certification.subject import OAuth

    if server_options.token_endpoint is None and server_options.client_id is None:
        return None
    if not (server_options.token_endpoint and server_options.client_id and server_options.client_secret):
        raise HarnessError("--token-endpoint, --client-id and --client-secret go together")
    return OAuth(server_options.token_endpoint, server_options.client_id, server_options.client_secret)


def _federation(server_options: ServerOptions) -> Federation | None:
    from harness.certification.subject import Federation

    needed = (
        server_options.federated_issuer,
        server_options.federated_application_id,
        server_options.federated_application_secret,
        server_options.federated_token_endpoint,
    )
    if not any(needed[:2] + needed[3:]):
        return None
    issuer, application, secret, endpoint = needed
    if not (issuer and application and secret and endpoint):
        raise HarnessError(
            "--federated-issuer, --federated-application-id, --federated-application-secret and "
            "--federated-token-endpoint go together"
        )
    return Federation(
        issuer,
        application,
        secret,
        endpoint,
        server_options.federated_client_id,
        server_options.federated_audience,
    )

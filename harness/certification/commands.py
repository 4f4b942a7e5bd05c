"""`harness certify`: judging a SCIM server, and the list of what it is judged by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.base.errors import HarnessError, nearest
from harness.certification.client.commands import client
from harness.certification.issuing import issue
from harness.certification.options import Options, ServerOptions, with_options

if TYPE_CHECKING:
    from harness.base.store import Document
    from harness.certification.subject import OAuth, Subject
    from harness.certification.suite import Check, Suite


@click.group()
def certify() -> None:
    """Judge a SCIM server, or a client of AWS SSO, and write the certificate.

    Exits with 0 if every suite succeeded, with 1 if one failed, with 2 for bad usage, with 3 if the server cannot be
    reached, with 4 if something could not be judged.
    """


@certify.command()
@click.argument("url")
@click.option("--token", envvar="SCIM_TOKEN", default="", help="Access token; better in SCIM_TOKEN.")
@click.option("--suite", "names", multiple=True, metavar="NAME", help="Run only this suite (repeatable).")
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
@click.option("--token-endpoint", metavar="URL", help="Where OAuth 2.0 client credentials get a token.")
@click.option("--client-id", metavar="ID", help="The client that asks there.")
@click.option(
    "--client-secret", envvar="SCIM_CLIENT_SECRET", help="Its secret; better in SCIM_CLIENT_SECRET."
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
@with_options
def server(*, options: Options, **words: Any) -> None:
    """Judge a SCIM server as Azure AD, Okta and the RFC see it.

    URL is what an administrator enters as Tenant URL, with ?aadOptscim062020 if the job is to run with it. The checks make
    users and groups with names of their own, and delete them again.
    """
    from datetime import timedelta

    from harness.base.clock import OffsetClock, pause
    from harness.base.ids import Ids
    from harness.certification.bench.patience import Patience
    from harness.certification.running import run
    from harness.wire.network import Network

    given = ServerOptions(**words)
    suites = _chosen(given.names)
    subject = _subject(given)
    seed = given.seed or Ids(None).hex(8)
    patience = Patience(given.rate, timedelta(seconds=given.settle))
    network = Network(given.timeout)
    results = run(subject, suites, network, OffsetClock(), seed, patience=patience, pause=pause)
    issue(results, suites, subject.base, seed, options)


certify.add_command(client)


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


def _chosen(names: tuple[str, ...]) -> tuple[Suite[Check], ...]:
    from harness.certification.suites import SUITES

    by_name = {suite.name: suite for suite in SUITES}
    for name in names:
        if name not in by_name:
            hint = nearest(name, by_name) or f"; there are: {', '.join(by_name)}"
            raise HarnessError(f"unknown suite '{name}'{hint}")
    return tuple(suite for suite in SUITES if not names or suite.name in names)


def _schema(path: Path) -> Document:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise HarnessError(f"'{path}' cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise HarnessError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("synchronizationRules"), list):
        raise HarnessError(f"{path} is no synchronizationSchema: it has no list 'synchronizationRules'")
    return document


def _subject(given: ServerOptions) -> Subject:
    from harness.certification.subject import Subject

    mapping = None if given.schema is None else _schema(given.schema)
    return Subject(given.url, given.token, mapping, given.without, _oauth(given))


def _oauth(given: ServerOptions) -> OAuth | None:
    from harness.certification.subject import OAuth

    if given.token_endpoint is None and given.client_id is None:
        return None
    if not (given.token_endpoint and given.client_id and given.client_secret):
        raise HarnessError("--token-endpoint, --client-id and --client-secret go together")
    return OAuth(given.token_endpoint, given.client_id, given.client_secret)

"""`harness certify client -- COMMAND`: judging a sync tool or identity provider as a client of AWS SSO."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.certification.client.sources.people import FEWEST, MOST, POPULATION
from harness.certification.issuing import issue
from harness.certification.options import ClientOptions, Options, with_options

if TYPE_CHECKING:
    from harness.certification.client.sources.people import Source

_AZURE_AD = "azure-ad"


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--timeout",
    default=300.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long each run may take.",
)
@click.option(
    "--profile",
    default="identity-center",
    show_default=True,
    metavar="NAME",
    help="Which AWS SSO it syncs to; 'harness quirks' lists the profiles.",
)
@click.option(
    "--calls-per-object",
    default=4.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Calls that the first run may take for each user and group: a look-up, a create, a change, one to spare.",
)
@click.option(
    "--endpoint-variable",
    default="SCIM_ENDPOINT",
    show_default=True,
    metavar="NAME",
    help="Environment variable that tells COMMAND the SCIM endpoint.",
)
@click.option(
    "--token-variable",
    default="SCIM_TOKEN",
    show_default=True,
    metavar="NAME",
    help="Environment variable that tells it the access token.",
)
@click.option(
    "--source",
    metavar="FILE|azure-ad",
    help="Where COMMAND reads people: FILE, a new one that the harness writes, or Microsoft Graph of an Azure AD of its own; "
    "it changes, breaks and is emptied between runs.",
)
@click.option(
    "--people",
    default=POPULATION,
    show_default=True,
    type=click.IntRange(min=FEWEST, max=MOST),
    metavar="N",
    help="How many people --source has; more than a hundred in one group are more than one request may change.",
)
@click.option("--seed", metavar="TEXT", help="Ids and tokens follow from it (default: a new one).")
@with_options
def client(*, options: Options, **words: Any) -> None:
    """Judge a client of AWS SSO: run COMMAND seven times against one on loopback, and listen.

    First into an empty directory, again without a change, into another empty one while AWS SSO throttles, twice into a
    third whose first answers are slow and cut off, again into the second while reads are hindered, and with a new token
    after the old one was deleted. COMMAND brings its own people, or reads them from --source, which SCIM_SOURCE names (with
    SCIM_SOURCE_TOKEN for azure-ad). SCIM_RUN tells it which run it is (first, second, throttled, cut, recovered, hindered,
    rotated, changed, broken, unavailable, emptied), if it has to forget what it remembers. {endpoint}, {token} and {source}
    in its arguments are filled in, but a token there can be seen in the list of processes.
    """
    from harness.base.clock import OffsetClock
    from harness.base.ids import Ids
    from harness.certification.client.process import Command
    from harness.certification.client.rules import AWS_CLIENT
    from harness.certification.client.trial import Trial
    from harness.certification.suites import SUITES

    client_options = ClientOptions(**words)
    seed = client_options.seed or Ids(None).hex(8)
    variables = client_options.endpoint_variable, client_options.token_variable
    source = _source(client_options.source, seed, client_options.people)
    read_from = (source.address, source.token) if source else ()
    command = Command(client_options.words, *variables, client_options.timeout, *read_from)
    trial = Trial(
        command, OffsetClock(), seed, client_options.profile, client_options.calls_per_object, source=source
    )
    results = trial.results(lambda run: click.echo(f"the {run} run …", err=True))
    try:
        issue(results, [AWS_CLIENT], trial.address, seed, options, waivable=(*SUITES, AWS_CLIENT))
    finally:
        if source:
            source.close()


def _source(name: str | None, seed: str, size: int) -> Source | None:
    from harness.certification.client.sources.entra import EntraSource
    from harness.certification.client.sources.file import FileSource

    if name is None:
        return None
    return EntraSource(seed, size) if name == _AZURE_AD else FileSource(Path(name), size)

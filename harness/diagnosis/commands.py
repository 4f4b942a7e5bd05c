"""`harness diagnose` and `reproduce`: files in, who would arrive and who not, what to change, and a scenario that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from harness.diagnosis.preparing import Case

_FILE = click.Path(path_type=Path)


_Command = Callable[..., None]


def _of_a_case(command: _Command) -> _Command:
    """Add the arguments that say what is looked at, and by which rules."""
    for decorate in (
        click.option(
            "--group",
            "groups",
            multiple=True,
            metavar="GROUP=FILE",
            help="Whose members a file lists (repeatable).",
        ),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="COLUMN=ATTRIBUTE",
            help="What a renamed column is (repeatable).",
        ),
        click.option(
            "--dates",
            type=click.Choice(["day-first", "month-first"]),
            help="How a log's dates with slashes are meant, where no day above 12 tells.",
        ),
        click.option(
            "--mapping",
            "template",
            type=click.Choice(["aws", "non-gallery"]),
            help="The default mapping to judge by where no schema is given (default: by the job in the log, else aws).",
        ),
        click.option(
            "--quirk",
            "quirk_values",
            multiple=True,
            metavar="NAME=VALUE",
            help="Set one quirk otherwise (repeatable).",
        ),
        click.option(
            "--profile", default="identity-center", show_default=True, help="The year whose services judge."
        ),
        click.argument("files", nargs=-1, required=True, type=_FILE),
    ):
        command = decorate(command)
    return command


@click.command()
@_of_a_case
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write every verdict as JSON.")
@click.option("--html", "html_file", type=_FILE, metavar="FILE", help="Write a page.")
@click.option("--csv", "csv_file", type=_FILE, metavar="FILE", help="Write a line a user.")
@click.pass_context
def diagnose(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    *,
    json_file: Path | None,
    html_file: Path | None,
    csv_file: Path | None,
    **given: Any,
) -> None:
    """Say of each user in exported FILES whether they would arrive in AWS, and if not, why and what to change.

    FILES, in any number and order, packed or not: users of Entra ID (portal, Graph, az, PowerShell), the provisioning log,
    the synchronization schema, assignments, members of groups, CloudTrail events, users of AWS. Recordings (HAR, Postman,
    Runscope, mitmproxy) are for harness reproduce. Exit code 0 if all arrive, 1 if not, 2 for files that cannot be used.
    """
    from harness.base.output import check_writable
    from harness.diagnosis.diagnosing import diagnose as diagnosed
    from harness.diagnosis.spool import Spool
    from harness.diagnosis.writing.files import csv_texts, html_texts, json_texts
    from harness.diagnosis.writing.terminal import lines

    forms = ((json_file, json_texts), (html_file, html_texts), (csv_file, csv_texts))
    outputs = [(path, texts) for path, texts in forms if path is not None]
    for path, _ in outputs:
        check_writable(path)
    case = _case(files, **given)
    with Spool() as spool, _progress(sum(each.rows for each in case.evidence.inputs)) as step:
        diagnosis = diagnosed(case.evidence, case.people, case.judge, spool, step)
        for line in lines(diagnosis):
            click.echo(line)
        for path, texts in outputs:
            _written(path, texts(diagnosis))
    if not diagnosis.users:
        click.echo(
            "Nobody was judged: none of the files lists users; export them too (az ad user list, portal: Download users)",
            err=True,
        )
        context.exit(2)
    context.exit(0 if diagnosis.all_arrive else 1)


@click.command()
@_of_a_case
@click.option("-o", "--output", type=_FILE, required=True, metavar="FILE", help="Where the scenario goes.")
@click.option(
    "--user", default="", metavar="UPN", help="Whose failure (default: the first with the commonest cause)."
)
@click.option(
    "--key",
    type=_FILE,
    metavar="FILE",
    help="Write which real word became which made-up one. Keep it private.",
)
@click.option("--seed", default="1", show_default=True, help="The same seed invents the same words.")
def reproduce(
    files: tuple[Path, ...],
    *,
    output: Path,
    user: str,
    key: Path | None,
    seed: str,
    profile: str,
    **given: Any,
) -> None:
    """Write the smallest scenario that fails as a user in exported FILES does, with made-up people, and ends in the remedy.

    The scenario is played before it is written: it fails in the same way, and passes once the remedy is applied.
    FILES may also be one recording (HAR, Postman collection, Runscope test, flows of mitmproxy), whose calls become the steps.
    """
    from harness.base.output import check_writable
    from harness.diagnosis.diagnosing import diagnose as diagnosed
    from harness.diagnosis.reproducing.reproducing import reproduced
    from harness.diagnosis.spool import Spool
    from harness.exports.sources import traffic_of

    for path in (output, key):
        if path is not None:
            check_writable(path)
    if any(path.is_file() and traffic_of(path) for path in files):
        _from_traffic(files, output, seed=seed, profile=profile)
        return
    case = _case(files, profile=profile, **given)
    with Spool() as spool, _progress(sum(each.rows for each in case.evidence.inputs)) as step:
        diagnosis = diagnosed(case.evidence, case.people, case.judge, spool, step)
        reproduction = reproduced(case, diagnosis, user=user, seed=seed, profile=profile)
    _written(output, [reproduction.text])
    if key is not None:
        _written(key, [json.dumps(reproduction.words, ensure_ascii=False, indent=2), "\n"])
    click.echo(f"{output}: {reproduction.finding.verdict.value}, {reproduction.finding.meaning}")
    click.echo(f"To do: {reproduction.finding.remedy}")
    click.echo(f"Play it: harness run {output}")


def _from_traffic(files: tuple[Path, ...], output: Path, *, seed: str, profile: str) -> None:
    """Write the calls of one recording as a scenario. Raises HarnessError where AWS of that profile answers otherwise."""
    from harness.base.errors import HarnessError
    from harness.base.ids import Ids
    from harness.diagnosis.reproducing.masking import Mask
    from harness.diagnosis.reproducing.playing import trouble
    from harness.traffic.calls import read_calls
    from harness.traffic.scenario import text

    if len(files) > 1:
        raise click.UsageError("a recording is reproduced by itself: name one file")
    calls = read_calls(files[0])
    scenario = text(calls, Mask(Ids(seed)).text, profile)
    if problem := trouble(scenario):
        raise HarnessError(
            f"{files[0]}: an AWS SSO that holds nothing yet answers otherwise than recorded: {problem}"
        )
    _written(output, [scenario])
    click.echo(f"{output}: {len(calls)} recorded calls; play it: harness run {output}")


def _case(
    files: tuple[Path, ...],
    *,
    profile: str,
    quirk_values: tuple[str, ...],
    template: str | None,
    columns: tuple[str, ...],
    groups: tuple[str, ...],
    dates: str | None,
) -> Case:
    from harness.diagnosis.preparing import prepared

    named = {Path(path): group for group, path in _pairs("--group", groups)}
    return prepared(
        [*files, *(path for path in named if path not in files)],
        profile=profile,
        quirk_values=quirk_values,
        template=template,
        renamed=dict(_pairs("--column", columns)),
        members=named,
        day_first=None if dates is None else dates == "day-first",
    )


def _pairs(option: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        left, equals, right = text.partition("=")
        if not (left and equals and right):
            raise click.UsageError(f"{option} '{text}' is not two names with = between them")
        yield left.strip(), right.strip()


@contextmanager
def _progress(users: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal, where there is enough to wait for."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if users < _WORTH_A_BAR or not console.is_terminal:
        yield lambda: None
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("judging", total=users)
        yield lambda: progress.advance(task)


_WORTH_A_BAR = 20_000


def _written(path: Path, texts: Iterable[str]) -> None:
    from harness.base.output import write_all

    write_all(path, texts, private=True)

"""`harness diagnose`: files in, who would arrive and who not, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--profile", default="identity-center", show_default=True, help="The year whose services judge."
)
@click.option(
    "--quirk", "flips", multiple=True, metavar="NAME=VALUE", help="Set one quirk otherwise (repeatable)."
)
@click.option(
    "--mapping",
    "template",
    type=click.Choice(["aws", "non-gallery"]),
    help="The default mapping to judge by where no schema is given (default: by the job in the log, else aws).",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="COLUMN=ATTRIBUTE",
    help="What a renamed column is (repeatable).",
)
@click.option(
    "--group", "groups", multiple=True, metavar="GROUP=FILE", help="Whose members a file lists (repeatable)."
)
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write every verdict as JSON.")
@click.option("--html", "html_file", type=_FILE, metavar="FILE", help="Write a page.")
@click.option("--csv", "csv_file", type=_FILE, metavar="FILE", help="Write a line a user.")
@click.pass_context
def diagnose(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    *,
    profile: str,
    flips: tuple[str, ...],
    template: str | None,
    columns: tuple[str, ...],
    groups: tuple[str, ...],
    **written: Path | None,
) -> None:
    """Say of each user in exported FILES whether they would arrive in AWS, and if not, why and what to change.

    FILES, in any number and order, packed or not: users of Entra ID (portal, Graph, az, PowerShell), the provisioning log,
    the synchronization schema, assignments, members of groups, CloudTrail events, users of AWS. Exit code 0 if all arrive,
    1 if not, 2 for files that cannot be used.
    """
    from harness.base.output import check_writable
    from harness.diagnosis.diagnosing import diagnose as diagnosed
    from harness.diagnosis.preparing import prepared
    from harness.diagnosis.spool import Spool
    from harness.diagnosis.writing.files import csv_texts, html_texts, json_texts
    from harness.diagnosis.writing.terminal import lines

    forms = {"json_file": json_texts, "html_file": html_texts, "csv_file": csv_texts}
    outputs = [(path, forms[name]) for name, path in written.items() if path is not None]
    for path, _ in outputs:
        check_writable(path)
    named = {Path(path): group for group, path in _pairs("--group", groups)}
    case = prepared(
        [*files, *(path for path in named if path not in files)],
        profile=profile,
        flips=flips,
        template=template,
        renamed=dict(_pairs("--column", columns)),
        members=named,
    )
    with Spool() as spool, _progress(sum(each.rows for each in case.evidence.inputs)) as step:
        diagnosis = diagnosed(case.evidence, case.people, case.judge, spool, step)
        for line in lines(diagnosis):
            click.echo(line)
        for path, texts in outputs:
            _written(path, texts(diagnosis))
    if not diagnosis.users:
        raise click.UsageError(
            "none of the files lists users: export them too (az ad user list, portal: Download users)"
        )
    context.exit(0 if diagnosis.all_arrive else 1)


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
    from harness.base.output import OutputFile

    file = OutputFile(path, private=True)
    for text in texts:
        file.write(text)
    file.keep()

"""What every kind of certification has on the command line: names, waivers, and where the certificate goes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from harness.certification.running import Result
    from harness.certification.suite import Suite

_Command = Callable[..., None]
_FILE = click.Path(path_type=Path, dir_okay=True)
# Not repeated in the certificate: secrets, and files that are about this run alone.
_UNTOLD = frozenset({"token", "client_secret", "junit", "html", "json", "seed"})


@dataclass(frozen=True, slots=True)
class Papers:
    """What is tested by name, the file of waivers, and the files that the certificate is written to."""

    product: str
    product_version: str
    waivers: Path | None
    junit: Path | None
    html: Path | None
    json: Path | None


def with_papers(command: _Command) -> _Command:
    """Add those options; the command is given them as `papers`."""

    @wraps(command)
    def gathered(**given: Any) -> None:
        papers = Papers(**{field.name: given.pop(field.name) for field in fields(Papers)})
        command(papers=papers, **given)

    wrapped: _Command = gathered
    for option in (
        click.option(
            "--json", type=_FILE, metavar="FILE", help="Write the certificate as JSON, for programs."
        ),
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


def issue(
    results: Iterable[Result], suites: Sequence[Suite[Any]], endpoint: str, seed: str, papers: Papers
) -> None:
    """Print the results as they come, then the verdicts; write the certificate, and exit with what it says.

    What ran before an interruption is told and written too. Raises HarnessError for a file that cannot be read or written.
    """
    from harness.base.clock import OffsetClock, iso
    from harness.base.output import check_writable
    from harness.certification.certificate import Certificate, judge
    from harness.certification.suite import StoppedError
    from harness.certification.waivers import accepted, read_waivers
    from harness.certification.writing.terminal import TerminalCertificate

    for path in filter(None, (papers.json, papers.html, papers.junit)):
        check_writable(path)
    waivers = read_waivers(papers.waivers, suites) if papers.waivers else {}
    date = iso(OffsetClock().now())
    terminal, kept, stopped = TerminalCertificate(), [], "interrupted"
    try:
        for result in results:
            kept.append(accepted(result, waivers))
            terminal.result(kept[-1])
        stopped = ""
    except StoppedError as error:
        stopped = str(error)
    except HarnessError as error:
        stopped = str(error)
        raise
    finally:
        command = shlex.join(_again(seed))
        names = papers.product, papers.product_version
        certificate = Certificate(*names, endpoint, date, seed, command, judge(suites, kept, stopped))
        terminal.verdicts(certificate)
        _write(certificate, papers)
    sys.exit(0 if certificate.succeeded else 1)


def _write(certificate: Any, papers: Papers) -> None:
    from harness.base.output import write
    from harness.certification.writing import html, junit
    from harness.report.json_report import as_json

    if papers.json is not None:
        write(papers.json, as_json(certificate.document()) + "\n")
    if papers.html is not None:
        write(papers.html, html.render(certificate))
    if papers.junit is not None:
        write(papers.junit, junit.render(certificate))


def _again(seed: str) -> Iterator[str]:
    """Yield the words of the command that runs this again; secrets are expected in the environment."""
    context = click.get_current_context()
    yield from ("harness", *_names(context))
    yield from ("--seed", seed)
    arguments: list[str] = []
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        values = (
            value if isinstance(value, tuple) else () if value in (None, "", parameter.default) else (value,)
        )
        if isinstance(parameter, click.Argument):
            arguments += map(str, values)
        elif parameter.name not in _UNTOLD:
            for each in values:
                yield from (parameter.opts[0], str(each))
    yield from ("--", *arguments) if any(word.startswith("-") for word in arguments) else arguments


def _names(context: click.Context) -> tuple[str, ...]:
    """Return the command's name behind those of its groups; what the program itself was called does not matter."""
    return () if context.parent is None else (*_names(context.parent), str(context.info_name))

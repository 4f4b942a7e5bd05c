"""Issuing the certificate: results told as they come, the verdicts, the files, and the exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from harness.certification.options import Options
    from harness.certification.running import Result
    from harness.certification.suite import Suite

# Not repeated in the certificate: secrets, and files that are about this run alone.
_NOT_REPEATED = frozenset(
    {
        "token",
        "client_secret",
        "federated_application_secret",
        "junit",
        "html",
        "json",
        "seed",
        "yes",
        "only_failures",
    }
)
_EXITS = {"Succeeded": 0, "Failed": 1, "Incomplete": 4}
_UNREACHABLE, _RESERVED = 3, 5


def issue(
    results: Iterable[Result], suites: Sequence[Suite[Any]], endpoint: str, seed: str, options: Options
) -> None:
    """Print the results as they come, then the verdicts; write the certificate, and exit with what it says.

    What ran before an interruption is printed and written too. Raises HarnessError for a file that cannot be read or written.
    """
    from harness.base.clock import OffsetClock, iso
    from harness.base.output import check_writable
    from harness.certification.certificate import Certificate, judge
    from harness.certification.outcomes import StoppedError, UnreachableError
    from harness.certification.waivers import accepted, read_waivers
    from harness.certification.writing.terminal import TerminalCertificate

    for path in filter(None, (options.json, options.html, options.junit)):
        check_writable(path)
    waivers = read_waivers(options.waivers, suites) if options.waivers else {}
    date = iso(OffsetClock().now())
    terminal = TerminalCertificate(only_failures=options.only_failures)
    counted, stopped = [], "interrupted"
    reached = True
    try:
        for result in results:
            counted.append(accepted(result, waivers))
            terminal.result(counted[-1])
        stopped = ""
    except StoppedError as error:
        stopped = str(error)
        reached = not isinstance(error, UnreachableError)
    except HarnessError as error:
        stopped = str(error)
        raise
    finally:
        command = shlex.join(_again(seed))
        names = options.product, options.product_version
        certificate = Certificate(*names, endpoint, date, seed, command, judge(suites, counted, stopped))
        terminal.verdicts(certificate)
        _write(certificate, options)
    sys.exit(
        _EXITS.get(certificate.word, _RESERVED) if reached or certificate.word == "Failed" else _UNREACHABLE
    )


def _write(certificate: Any, options: Options) -> None:
    from harness.base.output import write
    from harness.certification.writing import html, junit
    from harness.report.formats.json_report import as_json

    if options.json is not None:
        write(options.json, as_json(certificate.document()) + "\n")
    if options.html is not None:
        write(options.html, html.render(certificate))
    if options.junit is not None:
        write(options.junit, junit.render(certificate))


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
        elif parameter.name not in _NOT_REPEATED:
            for each in values:
                yield from (parameter.opts[0], str(each))
    yield from ("--", *arguments) if any(word.startswith("-") for word in arguments) else arguments


def _names(context: click.Context) -> tuple[str, ...]:
    """Return the command's name behind those of its groups; what the program itself was called does not matter."""
    return () if context.parent is None else (*_names(context.parent), str(context.info_name))

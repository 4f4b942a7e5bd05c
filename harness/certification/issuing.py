"""Issuing the certificate: results told as they come, the verdicts, the files, and the exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from harness.base.errors import HarnessError
from harness.certification.options import FORMS, Options

if TYPE_CHECKING:
    from harness.certification.certificate import Certificate
    from harness.certification.running import Result
    from harness.certification.suite import Suite

# Not repeated in the certificate: secrets, and files that are about this run alone.
_NOT_REPEATED = frozenset(
    {
        "token",
        "client_secret",
        "federated_application_secret",
        "seed",
        "yes",
        "only_failures",
        "manifest",
        "key",
    }
    | {form.option.replace("-", "_") for form in FORMS}
)
_EXITS = {"Succeeded": 0, "Failed": 1, "Incomplete": 4}
_UNREACHABLE, _RESERVED = 3, 5
_NAMED_FILE, _NAMED_SUITE = "validation-result", "entra-gallery"


def issue(
    results: Iterable[Result],
    suites: Sequence[Suite[Any]],
    endpoint: str,
    seed: str,
    options: Options,
    *,
    waivable: Sequence[Suite[Any]],
) -> None:
    """Print the results as they come, then the verdicts; write the certificate, and exit with what it says.

    `suites` are those that run, `waivable` all that a file of waivers may name: one file serves every command. What ran
    before an interruption is printed and written too. Raises HarnessError for a file that cannot be read or written.
    """
    from harness.base.clock import OffsetClock, iso
    from harness.certification.certificate import Certificate, judge
    from harness.certification.outcomes import StoppedError, UnreachableError
    from harness.certification.waivers import accepted, read_waivers, standings
    from harness.certification.writing.terminal import TerminalCertificate

    options = _checked(options, suites, seed)
    waivers = read_waivers(options.waivers, waivable) if options.waivers else {}
    clock = OffsetClock()
    began = clock.now()
    terminal = TerminalCertificate(only_failures=options.only_failures)
    counted, stopped = [], "interrupted"
    reached = True
    try:
        for result in results:
            counted.append(accepted(result, waivers, began.date()))
            terminal.result(counted[-1])
        stopped = ""
    except StoppedError as error:
        stopped = str(error)
        reached = not isinstance(error, UnreachableError)
    except HarnessError as error:
        stopped = str(error)
        raise
    finally:
        certificate = Certificate(
            options.product,
            options.product_version,
            endpoint,
            iso(began),
            seed,
            shlex.join(_again(seed)),
            judge(suites, counted, stopped),
            iso(clock.now()),
            standings(waivers, counted, began.date()),
        )
        terminal.verdicts(certificate)
        _write(certificate, options)
    sys.exit(
        _EXITS.get(certificate.word, _RESERVED) if reached or certificate.word == "Failed" else _UNREACHABLE
    )


def _checked(options: Options, suites: Sequence[Suite[Any]], seed: str) -> Options:
    """Return the options with every file named.

    Raises HarnessError for one that cannot be written, and for a key that is none, before anything runs.
    """
    from harness.base.output import check_writable
    from harness.certification.manifest import read_key

    if options.key is not None and options.manifest is None:
        raise HarnessError("--key signs what --manifest FILE lists; give that too")
    files = dict(options.files)
    folder = files.get(_NAMED_FILE)
    if folder is not None and all(suite.name != _NAMED_SUITE for suite in suites):
        raise HarnessError(f"--{_NAMED_FILE} is of the suite {_NAMED_SUITE}, which is not among those to run")
    if folder is not None and folder.is_dir():
        files[_NAMED_FILE] = folder / f"{_NAMED_FILE}-{seed}.json"
    for path in (*files.values(), *filter(None, (options.manifest,))):
        check_writable(path)
    if options.key is not None:
        read_key(options.key)
    return replace(options, files=files)


def _write(certificate: Certificate, options: Options) -> None:
    """Write the files, in the order of their table, and at last the manifest of them."""
    from importlib import import_module

    from harness.base.output import write

    for form in FORMS:
        if form.option in options.files:
            module = import_module(f"harness.certification.writing.{form.module}")
            write(options.files[form.option], module.render(certificate))
    if options.manifest is not None:
        _sign(certificate, options.manifest, list(options.files.values()), options.key)


def _sign(certificate: Certificate, manifest: Path, files: list[Path], key: Path | None) -> None:
    from harness.certification.manifest import read_key, write_manifest

    facts = {
        "product": certificate.product,
        "version": certificate.version,
        "endpoint": certificate.endpoint,
        "date": certificate.date,
        "verdict": certificate.word,
        "evidence": certificate.evidence,
    }
    write_manifest(manifest, files, facts, read_key(key))


def _again(seed: str) -> Iterator[str]:
    """Yield the words of a command that repeats this run; secrets are expected in the environment."""
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
        elif parameter.name in _NOT_REPEATED:
            continue
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            yield from parameter.opts[:1] if value else ()
        else:
            for each in values:
                yield from (parameter.opts[0], str(each))
    yield from ("--", *arguments) if any(word.startswith("-") for word in arguments) else arguments


def _names(context: click.Context) -> tuple[str, ...]:
    """Return the names of the command's groups and of the command itself, without the program's name."""
    return () if context.parent is None else (*_names(context.parent), str(context.info_name))

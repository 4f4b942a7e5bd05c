"""The `harness` command. A command is imported when it is named, and imports what is heavy when it runs: every start is quick.

Exit codes: 0 everything passed, 1 something failed or nothing ran, 2 a bad file or bad usage, 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

import click

from harness.base import __version__
from harness.base.errors import HarnessError
from harness.cli.commands import CommandsOnDemand
from harness.cli.settings import read_settings

# What writing to a full disk, a broken device or a closed pipe ends with.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EPIPE)


class _Commands(click.Group):
    """Turns what people can mend into `error: …` and exit code 2, and Ctrl-C into 130: never a traceback."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; `--help`, too, may be written to a full disk."""
        try:
            return super().main(*args, **extra)
        except OSError as error:
            _leave_full(error)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except OSError as error:
            _leave_full(error)
            raise


def _leave_full(error: OSError) -> None:
    """End with 2 when the standard output takes no more: its disk is full, or its reader went away."""
    if error.filename is not None or error.errno not in _FULL:
        return
    # The interpreter writes out what is left when it ends, and would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stderr.write(f"error: the output cannot be written: {error.strerror}\n")
    sys.exit(2)


@click.group(
    cls=_Commands,
    commands=CommandsOnDemand(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="harness")
@click.pass_context
def main(context: click.Context) -> None:
    """Replay SCIM provisioning from Azure AD to AWS SSO, on one machine and a virtual clock."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe may be cp1252 or ASCII; a name it cannot write must not end the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    context.obj = read_settings(Path.cwd())
    context.default_map = {"run": context.obj.defaults, "list": context.obj.defaults}

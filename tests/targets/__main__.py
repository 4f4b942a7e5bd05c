"""Certifies the targets, and compares what they come to with what is stored; exits with 1 if a verdict or a check is another.

`python -m tests.targets [--accept] [NAME …]`; without a name, all that are installed here.
"""

from __future__ import annotations

import sys

import click

from tests.targets.targets import TARGETS, certified, differences, is_installed, store


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(TARGETS)))
@click.option("--accept", is_flag=True, help="Store what they come to now.")
def main(names: tuple[str, ...], *, accept: bool) -> None:
    drifted = False
    for name in names or sorted(TARGETS):
        if not is_installed(name):
            click.echo(f"{name}: not installed, see the Makefile's certify-targets")
            continue
        results = certified(name)
        if accept:
            store(name, results)
        drift = differences(name, results)
        drifted = drifted or bool(drift)
        click.echo(f"{name}: {'as stored' if not drift else f'{len(drift)} differences'}")
        for line in drift:
            click.echo(f"  {line}")
    sys.exit(drifted)


main()

"""`harness show` and `harness new`: a scenario to look at, and one of one's own to begin with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.base.errors import HarnessError
from harness.base.tables import read_text

if TYPE_CHECKING:
    from harness.scenario.selecting.targets import Target

_HEAD = re.compile(r"\A# yaml-language-server:.*\n")
_TITLE = re.compile(r"^scenario: .*$", re.MULTILINE)


@click.command()
@click.argument("id_", metavar="ID")
def show(id_: str) -> None:
    """Print a scenario's file, as it is written, and behind it as comments what it includes.

    ID is as `harness list` prints it: a file, a case of it, or '@…' for what comes with the harness.
    """
    from harness.scenario.loading.backgrounds import with_included
    from harness.scenario.loading.source import read

    target = _one(id_)
    click.echo(with_included(read(target.path, target.name), target.path), nl=False)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "id_", metavar="ID", help="Begin with this scenario instead of a small one.")
def new(*, file: Path, id_: str | None) -> None:
    """Write a new scenario to FILE; one that exists is left alone."""
    if file.suffix not in (".yaml", ".yml"):
        raise HarnessError(f"'{file}' does not end in .yaml; scenario files do")
    if id_ is None:
        title = json.dumps(file.stem.replace("-", " ").replace("_", " ").capitalize(), ensure_ascii=False)
        template = read_text("harness.cli", "scenario_template.yaml")
        text = _TITLE.sub(lambda _: f"scenario: {title}", template, count=1)
    else:
        text = _HEAD.sub("", _text_for(_one(id_), file.parent))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as written:
            written.write(text)
    except FileExistsError as error:
        raise HarnessError(f"'{file}' exists; name another file") from error
    except OSError as error:
        raise HarnessError(f"'{file}' cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {file}; run it with: harness run {file}")


def _one(id_: str) -> Target:
    """Return the file that an id names. Raises HarnessError for a folder."""
    from harness.scenario.selecting.targets import targets

    named = targets([id_])
    if len(named) != 1:
        raise HarnessError(f"'{id_}' is no single scenario; see 'harness list {id_}'")
    return named[0]


def _text_for(target: Target, folder: Path) -> str:
    """Return the text of a copy in `folder`."""
    from harness.scenario.loading.moving import moved
    from harness.scenario.loading.source import read

    return moved(read(target.path, target.name), target.path, folder)

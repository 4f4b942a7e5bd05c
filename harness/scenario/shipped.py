"""Files of the package: scenarios (`@reported`, `@setup/test-connection.yaml`), people (`@small`), backgrounds (`@connected`).

A wheel has them inside the package; in a checkout they lie beside it. Their names are the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness.base.errors import HarnessError, nearest

SIGN = "@"
_BACKGROUNDS = "backgrounds"


def is_named(word: str) -> bool:
    return word.startswith(SIGN)


def path_of(word: str) -> Path:
    """Return the place of `@…`; it need not exist."""
    return _folder("scenarios") / word.removeprefix(SIGN)


def name_of(path: Path) -> str:
    """Return the name of a shipped scenario: `@reported/….yaml`."""
    return f"{SIGN}{path.relative_to(_folder('scenarios')).as_posix()}"


def file_of(name: str) -> Path:
    """Return the file that a message or an id names, shipped or not."""
    return path_of(name) if is_named(name) else Path(name)


def fixture(word: str) -> Path:
    """Return the file of people called `@small`. Raises HarnessError naming those that there are."""
    return _in(_folder("fixtures"), word, "no people are called")


def background(word: str) -> Path:
    """Return the file of setup called `@connected`. Raises HarnessError naming those that there are."""
    return _in(_folder("scenarios") / _BACKGROUNDS, word, "no background is called")


def backgrounds() -> list[Path]:
    return sorted((_folder("scenarios") / _BACKGROUNDS).glob("*.yaml"))


def short_name(path: Path) -> str | None:
    """Return the short name of a shipped background or file of people, None for any other file."""
    own = path.resolve()
    for folder in (_folder("fixtures"), _folder("scenarios") / _BACKGROUNDS):
        if own.parent == folder.resolve() and own.is_file():
            return f"{SIGN}{own.stem}"
    return None


def _in(folder: Path, word: str, nobody: str) -> Path:
    path = folder / f"{word.removeprefix(SIGN)}.yaml"
    if not path.is_file():
        names = sorted(f"{SIGN}{file.stem}" for file in folder.glob("*.yaml"))
        hint = nearest(word, names) or f"; there are: {', '.join(names)}"
        raise HarnessError(f"{nobody} '{word}'{hint}")
    return path


@cache
def _folder(name: str) -> Path:
    """Return a folder of the package. Raises HarnessError where it is missing."""
    package = Path(__file__).parents[1]
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise HarnessError(f"this installation has no {name}; install the wheel, or run from a checkout")

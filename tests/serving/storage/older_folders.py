"""Data folders as older versions of the harness wrote them, from the SQL in `older/`: one person, or many more like her.

The SQL was dumped from folders made by `harness serve` of commits 981a8ef (layout 1) and fe00e80 (layout 2): somebody assigned
and a group, synchronized.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from harness.serving.storage.data import SIDES

LAYOUTS = (1, 2)
_OLDER = Path(__file__).parent / "older"
# What stands for the person in the SQL: her ids in both tenants, her assignment's, and her names.
_HER = re.compile(
    "(?:6e792161|b5a525d4)(?=-)|3WmOyBMf(?=zUqwnvbLi)|(?<=[\"']ana)0(?=[\"'@])|(?<=Ana )0(?=\")|(?<='ana)0(?=@)"
)
_CHANGE = re.compile(r"'\{\"type\":\"User\",\"id\"")  # what the next cycle would have to look at
_ROW = re.compile(r'INSERT INTO "(\w+)" VALUES\((\d+),')
_TAG = re.compile(r'INSERT INTO "log_tag" VALUES\(.*,(\d+)\);')
_LINE_ID = re.compile(r'((?:,\'\{"id"|"eventID"):")[0-9a-f]{8}(?=-)')
_FURTHER = 1000  # by which a copy's number is higher than that of the row before it


def older_folder(folder: Path, layout: int, people: int = 1) -> Path:
    """Make a folder of a layout with so many people, each of whom has what the first has, her lines in the logs too."""
    folder.mkdir()
    for side in SIDES:
        with closing(sqlite3.connect(folder / f"{side}.sqlite")) as connection:
            connection.executescript("\n".join(_of_people(_stored(layout, side), people)))
    return folder


def dump(path: Path) -> list[str]:
    """Return what is in a file, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def _stored(layout: int, side: str) -> list[str]:
    return (_OLDER / f"layout-{layout}-{side}.sql").read_text(encoding="utf-8").splitlines()


def _of_people(sql: list[str], people: int) -> Iterator[str]:
    """Yield SQL with a copy of each row of hers for each of the others. Her lines' tags stand behind them in the file."""
    hers: set[str] = set()  # numbers of her lines in the logs
    for row in sql:
        yield row
        tag, begin = _TAG.match(row), _ROW.match(row)
        if _HER.search(row) and not _CHANGE.search(row) and begin and begin[1] == "log":
            hers.add(begin[2])
        if (tag and tag[1] in hers) or (not tag and _HER.search(row) and not _CHANGE.search(row)):
            yield from (_of_another(row, number) for number in range(1, people))


def _of_another(row: str, person: int) -> str:
    row = _HER.sub(lambda her: str(person) if her[0] == "0" else f"{person:08x}", row)
    row = _LINE_ID.sub(rf"\g<1>{person:08x}", row, count=1)
    if tag := _TAG.match(row):
        return f"{row[: tag.start(1)]}{int(tag[1]) + _FURTHER * person});"
    if (begin := _ROW.match(row)) and begin[1] != "unique_key":  # whose first number is its shelf
        return f"{row[: begin.start(2)]}{int(begin[2]) + _FURTHER * person}{row[begin.end(2) :]}"
    return row

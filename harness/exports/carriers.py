"""The rows of an export, whatever carries them: wrapped JSON, JSON lines, several JSON texts in a row, dialects of CSV.

A row is a mapping from the property's or column's name, as written, to its value; cells of CSV are texts.
Sources: https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/export-csv (`#TYPE`, delimiters; edition
of March 2023), https://learn.microsoft.com/graph/paging (`@odata.nextLink`; both read 2026-11-30), the `Records` and `Events` of
CloudTrail in
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html, "Log file examples" (edition of June
2023, read 2026-11-30).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import ijson

from harness.exports.sources import NotAnExportError, Source

Row = dict[str, Any]
WRAPPERS = (
    "value",
    "records",
    "Records",
    "Events",
    "Users",
    "Groups",
    "GroupMemberships",
    "Resources",
    "tables",
)
_MORE = re.compile(r'"@?odata\.nextLink"\s*:\s*"|"NextToken"\s*:\s*"', re.IGNORECASE)
# Members of a page beside its rows.
_OF_A_PAGE = re.compile(r"@?odata\.|NextToken$|ResponseMetadata$|(?:totalResults|itemsPerPage|startIndex)$")
# An e-mail address or a GUID: a value, never the name of a column.
_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TOTAL = re.compile(r'"(?:totalResults|@odata\.count)"\s*:\s*(\d+)')
# The column of the bulk templates that says the opposite of accountEnabled:
# https://learn.microsoft.com/en-us/entra/identity/users/users-bulk-add, "CSV template structure" (read 2026-11-29). How the
# example row begins in other languages than English is inferred.
BLOCKED = "blockSignIn"
_EXAMPLE = re.compile(r"\s*[^\W\d_]+\s?:\s")
_BRACKETED = re.compile(r"\[([^\]]+)\]")
_DELIMITERS = ",;\t|"
csv.field_size_limit(1 << 24)


@dataclass(slots=True)
class Rows:
    """The rows of one source. `carrier` is `JSON` or `CSV`; `columns` are a CSV's, empty for JSON.

    `notes` grow while rows are read. At the end of a text that was cut, `damaged` becomes True and `complete` False;
    `complete` is also False for a page that names a next one.
    `total` is how many rows all pages have together, where a page says it; `renamed` what columns are to be called; `beginning`
    that of a JSON text, with what stands before its rows.
    """

    source: Source
    carrier: str
    prefix: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    skipped_lines: int = 0
    template: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True
    has_next: bool = False
    damaged: bool = False
    total: int | None = None
    beginning: str = ""
    notes: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Row]:
        return self._csv() if self.carrier == "CSV" else self._json()

    def _json(self) -> Iterator[Row]:
        with self.source.utf8() as stream:
            items = ijson.items(stream, self.prefix, multiple_values=True, use_float=True)
            try:
                for item in items:
                    for row in _unwrapped(item):
                        yield self._named(row) if self.renamed else row
            except ijson.JSONError:
                self._lacking("the JSON ends early or is damaged: what follows was not read; export it again")

    def _named(self, row: Row) -> Row:
        return {self.renamed.get(name, name): value for name, value in row.items()}

    def _csv(self) -> Iterator[Row]:
        with self.source.text() as stream:
            for _ in range(self.skipped_lines):
                stream.readline()
            lines = csv.reader(stream, delimiter=self.delimiter)
            next(lines, None)
            width = len(self.columns)
            try:
                for line in lines:
                    if self.template and line and _EXAMPLE.match(line[0]):
                        continue
                    if len(line) == width:
                        yield dict(zip(self.columns, line, strict=True))
                    elif any(line):
                        self._lacking(f"line {lines.line_num}: {len(line)} cells instead of {width}: skipped")
            except csv.Error as error:
                self._lacking(f"line {lines.line_num}: {error}: what follows was not read")

    def _lacking(self, note: str) -> None:
        self.complete, self.damaged = False, True
        if note not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(note)


_MOST_NOTES = 20
_DEEPEST = 100
_JSON = ("{", "[")
# JSON inside of a JSON string, as ConvertTo-Json of a text and logic apps write it; no CSV begins so.
_QUOTED = re.compile(r'\s*"(?:\s|\\[nrt]|\\u[fF][eE][fF][fF])*(?:[{\[](?:\s|\\[nrt])*)+\\"')
_START = 1 << 16
_BEGINNING = 1 << 12
_LONGEST_HEADER = 1 << 22


def rows(source: Source, renamed: Mapping[str, str] | None = None) -> Rows:
    """Return the rows of a source. Raises NotAnExportError for what is neither JSON nor CSV.

    `renamed` maps columns and properties to the names that they are read as.
    """
    carried = _rows(source)
    if renamed:
        carried.renamed = renamed
        carried.columns = tuple(renamed.get(name, name) for name in carried.columns)
    return carried


def _rows(source: Source) -> Rows:
    with source.text() as stream:
        start = stream.read(_START)
        if not source.quoted and _QUOTED.match(start):
            return _rows(source.unquoted())
        while (
            not start.lstrip().startswith(_JSON)
            and "\n" not in start
            and len(start) < _LONGEST_HEADER
            and (more_text := stream.read(_START))
        ):
            start += more_text
    stripped = start.lstrip()
    if not stripped:
        raise NotAnExportError(source.name, "empty; export it again")
    notes = list(source.notes)
    if stripped.startswith(_JSON):
        edges, suspicious = source.edges()
        if suspicious and _nesting(source) > _DEEPEST:
            raise NotAnExportError(
                source.name, f"nested deeper than any export ({_DEEPEST} levels); export it again"
            )
        more = _MORE.search(edges) is not None
        if more:
            notes.append(
                "there are more pages (@odata.nextLink or NextToken): export all of them (-All, --all, without --max-items)"
            )
        total = _TOTAL.search(edges)
        return Rows(
            source,
            "JSON",
            prefix=_prefix(source),
            complete=not more,
            has_next=more,
            total=int(total[1]) if total else None,
            beginning=start[:_BEGINNING],
            notes=notes,
        )
    return _table(source, start, notes)


def _nesting(source: Source) -> int:
    """Return how deeply a JSON text is nested; beyond the deepest export, counting stops."""
    depth = deepest = 0
    with source.utf8() as stream, suppress(ijson.JSONError):
        for event, _ in ijson.basic_parse(stream, multiple_values=True, use_float=True):
            if event.startswith("start_"):
                depth += 1
                deepest = max(deepest, depth)
                if deepest > _DEEPEST:
                    break
            elif event.startswith("end_"):
                depth -= 1
    return deepest


def _prefix(source: Source) -> str:
    """Return the place of the items in a JSON text, as an ijson prefix."""
    with source.utf8() as stream:
        try:
            for prefix, event, _ in ijson.parse(stream, multiple_values=True):
                if prefix == "" and event == "start_array":
                    return "item"
                if event == "start_array" and prefix in WRAPPERS:
                    return f"{prefix}.item"
                if prefix == "" and event == "end_map":
                    return ""
        except ijson.JSONError:
            return ""
    return ""


def _unwrapped(item: Any) -> Iterator[Row]:
    """Yield the objects in an item: the rows of a Log Analytics table, the object in a JSON string, else the item."""
    if isinstance(item, dict) and isinstance(body := item.get("Body"), str):
        # An event of Event Hubs, `SequenceNumber`, `Offset`, … `Body`, turned from the capture's Avro into JSON:
        # https://gist.github.com/taddison/13f0af7312c728b46efd0f138fd8a365 (read 2026-11-29).
        item = body
    if isinstance(item, str):
        try:
            item = json.loads(item)
        except ValueError:
            return
    if isinstance(item, list):
        yield from (each for each in item if isinstance(each, dict))
    if not isinstance(item, dict):
        return
    inner = item.get("AdditionalProperties")
    if isinstance(inner, dict) and "userPrincipalName" in inner:
        # PowerShell's members of a group have their properties one level below.
        item = {
            **inner,
            **{name: value for name, value in item.items() if value is not None and value is not inner},
        }
    columns, cells = item.get("columns"), item.get("rows")
    if isinstance(columns, list) and isinstance(cells, list):
        names = [column.get("name", "") for column in columns if isinstance(column, dict)]
        yield from (dict(zip(names, line, strict=False)) for line in cells if isinstance(line, list))
    elif (wrapped := _page(item)) is not None:
        yield from (each for each in wrapped if isinstance(each, dict))
    else:
        yield item


def _page(item: Row) -> list[Any] | None:
    """Return the rows of an item that is a page, as in an array of pages from `jq -s`; None for an item that is a row."""
    wrapped = next((item[name] for name in WRAPPERS if isinstance(item.get(name), list)), None)
    is_row = any(name not in WRAPPERS and not _OF_A_PAGE.match(name) for name in item)
    return None if is_row else wrapped


def _table(source: Source, start: str, notes: list[str]) -> Rows:
    lines, delimiter, skipped, template = start.splitlines(), "", 0, False
    for line in lines:
        lowered = line.lower()
        if lowered.startswith("sep="):
            delimiter = line[4:5]
        elif lowered.startswith("version:"):
            template = True
        elif not lowered.startswith("#type"):
            break
        skipped += 1
    header = lines[skipped] if skipped < len(lines) else ""
    delimiter = delimiter or max(_DELIMITERS, key=header.count)
    if delimiter not in header:
        raise NotAnExportError(
            source.name,
            "neither JSON nor CSV; export it as JSON (az … --output json, aws … --output json) or CSV",
        )
    columns = [name.strip().lstrip("\ufeff") for name in next(csv.reader([header], delimiter=delimiter))]
    if any(_VALUE.fullmatch(name) for name in columns):
        raise NotAnExportError(
            source.name,
            "values stand where the names of columns are meant, as az … --output tsv writes them; export it as JSON "
            "(az … --output json, aws … --output json)",
        )
    if template:
        columns = [_of_a_template(name) for name in columns]
        notes.append(
            "a template of the portal's bulk operations: rows that begin with 'Example:' are left out"
        )
    return Rows(
        source,
        "CSV",
        delimiter=delimiter,
        columns=tuple(columns),
        skipped_lines=skipped,
        template=template,
        notes=notes,
    )


def _of_a_template(heading: str) -> str:
    """Return the property in the heading of a bulk template; `Block sign in (Yes/No) [accountEnabled]` is its opposite."""
    match = _BRACKETED.search(heading)
    if match is None:
        return heading
    name = match[1].strip()
    return BLOCKED if name.lower() == "accountenabled" and heading.partition("[")[0].strip() else name

"""Files of the portal: CSV without formulas, attachments, and uploaded texts.

A text that a spreadsheet would take for a formula gets an apostrophe in front:
https://owasp.org/www-community/attacks/CSV_Injection, the list of characters and the sanitization (read 2026-11-30).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response, request

from harness.base.errors import HarnessError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a CSV file row by row, so that a long one is never in memory as a whole."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def attached(pieces: Iterable[str], name: str, kind: str) -> Response:
    """Answer with a file that a browser saves."""
    return Response(
        pieces, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def attached_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Response:
    return attached(csv_lines(columns, rows), name, "text/csv; charset=utf-8")


def uploaded() -> tuple[str, str]:
    """Return the name and the text of the file in the form. Raises HarnessError for none, and for what is no text."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise HarnessError("Choose a file first.")
    octets = file.read()
    is_wide = octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return file.filename, octets.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise HarnessError(f"{file.filename} is no text in UTF-8: save it again as UTF-8.") from error


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

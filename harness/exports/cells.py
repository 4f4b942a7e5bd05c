"""One exported value: known, known to be empty, or damaged by the export and therefore unknown.

Type names of .NET: https://github.com/microsoft/MicrosoftGraphSecurity/issues/14; masks: https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html;
`?` for letters: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding,
"Character encoding in Windows PowerShell" (read 2026-11-30). A cell of Excel holds 32,767 characters:
Microsoft's KB 211878, https://mskb.pkisolutions.com/kb/211878 (read 2026-11-30); what else Excel does to cells:
https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 (read 2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from harness.azure_ad.mappings.functions import Value

_DOTNET = re.compile(r"(System|Microsoft)\.[\w.`\[\],]+$|@\{")
_MASK = re.compile(r"HIDDEN_DUE_TO_SECURITY_REASONS|\[?redacted\]?|\*{3,}|x{4,}", re.IGNORECASE)
_BRACED = re.compile(r"\{(.*)\}", re.DOTALL)
_EXPONENT = re.compile(r"\d([.,]\d+)?E\+\d+")
# What Excel shows in the place of a value, in English and German: a cell that begins with + or = became a formula.
_EXCEL_ERROR = re.compile(r"#(?:NAME|REF|VALUE|DIV/0|NUM|NULL|WERT|BEZUG|ZAHL|NV|N/A|#+)[?!]?")
_LONGEST_CELL = 32_759
# "yanliş" is what Python's casefold makes of the Turkish YANLIŞ.
# As Excel and consoles write them in languages of Europe, Brazil, China and Japan.
_TRUE = "true wahr vrai verdadero verdadeiro vero waar sant sann sand tosi prawda pravda igaz doğru истина ja oui sí si sim sì yes tak ano igen kyllä evet да 真 1"
_FALSE = "false falsch faux falso onwaar falskt usann falsk epätosi fałsz nepravda hamis yanlış yanliş ложь nein non no não nao nee nej nei nie ne nem ei hayır нет 假 偽 0"
BOOLEANS = {
    **dict.fromkeys(_TRUE.split(), True),
    **dict.fromkeys(_FALSE.split(), False),
}


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A value that the export damaged, and the sign of it."""

    how: str


def cell(value: Any, kind: str, *, from_ascii_csv: bool) -> Value | Spoiled:
    """Return a value as mappings read it: None for an empty one, booleans as `True` and `False`.

    `kind` is the property's type in the directory's table: string, boolean, list …, or `opposite` of a boolean.
    """
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, list):
        return [str(item) for item in value if item not in (None, "")] or None
    if isinstance(value, dict):
        return Spoiled("an object where a value is meant")
    text = str(value)
    spoiled = _spoiled(text, from_ascii_csv=from_ascii_csv)
    return spoiled or _of_kind(text, kind)


def _of_kind(text: str, kind: str) -> Value | Spoiled:
    if kind in ("boolean", "opposite"):
        flag = BOOLEANS.get(text.strip().casefold())
        if flag is None:
            return Spoiled("neither true nor false in a language that is known")
        return str(flag if kind == "boolean" else not flag)
    if kind == "list" and (braced := _BRACED.fullmatch(text)):
        return [part.strip() for part in braced[1].split(",") if part.strip()] or None
    return text


_MARKS = (
    (_DOTNET.match, "the name of a type instead of the value; export it with Select-Object or as JSON"),
    (_MASK.fullmatch, "masked"),
    (
        _EXCEL_ERROR.fullmatch,
        "an error of Excel in the place of the value; export the file again and do not save it with Excel",
    ),
    (
        _EXPONENT.fullmatch,
        "a number as Excel shortens it; export the file again and do not save it with Excel",
    ),
)


# Every mark of `_MARKS` begins like one of these; hardly any whole value does.
_SUSPICIOUS = re.compile(
    r"System\.|Microsoft\.|@\{|hidden_|\[?redacted|\*{3}|x{4}|\d[\d.,]*E\+|#", re.IGNORECASE
)


def _spoiled(text: str, *, from_ascii_csv: bool) -> Spoiled | None:
    how = None
    if _SUSPICIOUS.match(text):
        how = next((words for matches, words in _MARKS if matches(text)), None)
    if how is None and len(text) >= _LONGEST_CELL:
        how = "cut at the longest cell"
    if how is None and from_ascii_csv and "?" in text:
        how = "a question mark where a letter was; export it with -Encoding UTF8"
    if how is None and "\ufffd" in text:
        how = "a letter was lost in a change of encodings; export it as UTF-8"
    return None if how is None else Spoiled(how)

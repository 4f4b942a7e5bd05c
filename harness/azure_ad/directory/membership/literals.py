"""The values of membership rules: texts, true and false, numbers, moments, lists, null.

Source: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership, Supported values (read 2026-11-29).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from harness.azure_ad.directory.membership.attributes import Attribute, refused
from harness.azure_ad.directory.membership.conditions import FromNow, Literal
from harness.base.clock import from_iso
from harness.base.dotnet_regex import RegexError, compile_regex
from harness.base.language import Mark, Reader

_SPAN = re.compile(
    r"p(?:(?P<weeks>\d{1,4})w)?(?:(?P<days>\d{1,5})d)?(?:t(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,4})m)?(?:(?P<seconds>\d{1,5})s)?)?\Z",
    re.IGNORECASE,
)
_NULLS = ("null", "$null")


def operand(reader: Reader, attribute: Attribute, operator: str) -> Literal:
    """Read an operator's value; texts are casefolded. Raises PropertyError for a value of another type."""
    token = reader.token
    if token.kind == "word" and token.text.lower() in _NULLS:
        reader.advance()
        if operator not in ("eq", "ne"):
            raise refused("Invalid operands found for operator", "null takes -eq and -ne alone")
        return None
    if operator in ("in", "notin"):
        return _list(reader)
    if attribute.kind == "moment":
        return _moment(reader)
    if attribute.kind == "boolean":
        return _boolean(reader, attribute)
    text = _text(reader)
    if text is None:
        raise refused(
            "Invalid operands found for operator",
            f"-{operator} on '{attribute.name}' needs a text in quotation marks",
        )
    return _pattern(text) if operator in ("match", "notmatch") else text.casefold()


def _text(reader: Reader) -> str | None:
    """Read a text, or a number as a text; None for anything else."""
    if reader.token.kind == "number":
        return reader.advance().text
    if reader.token.kind == "escaped":
        return '"' + reader.advance().text[2:-2] + '"'
    if reader.token.kind != "text":
        return None
    inner = re.sub(r"`(.)", r"\1", reader.advance().text[1:-1])
    return inner.replace("''", "'")


def _pattern(text: str) -> Literal:
    try:
        return compile_regex(f"(?i){text}")
    except RegexError as error:
        raise refused("Query compilation error", f"the regular expression '{text}': {error}") from error


def _list(reader: Reader) -> tuple[str, ...]:
    reader.demand(Mark("list", "["))
    items = []
    while True:
        item = _text(reader)
        if item is None:
            raise reader.error()
        items.append(item.casefold())
        if not reader.passes(Mark("list", ",")):
            break
    reader.demand(Mark("list", "]"))
    return tuple(items)


def _boolean(reader: Reader, attribute: Attribute) -> bool:
    """Read a boolean; quotation marks around it are optional."""
    text = reader.token.text.strip("\"'").lower()
    if text not in ("true", "false"):
        raise refused("Invalid operands found for operator", f"'{attribute.name}' is true or false")
    reader.advance()
    return text == "true"


def _moment(reader: Reader) -> datetime | FromNow:
    """Read a moment, or `system.now` with what is added; the page prints -plus, -minus is inferred."""
    if reader.token.kind == "now":
        reader.advance()
        sign = 1 if reader.passes(Mark("operator", "plus")) else -1
        if sign < 0 and not reader.passes(Mark("operator", "minus")):
            return FromNow()
        match = _SPAN.match(reader.take("span"))
        if match is None or not any(match.groups()):
            raise reader.error()
        return FromNow(
            sign * timedelta(**{unit: int(number or 0) for unit, number in match.groupdict().items()})
        )
    text = reader.advance().text.strip("\"'")
    try:
        moment = from_iso(text)
    except ValueError as error:
        raise refused(
            "Invalid operands found for operator", f"'{text}' is no moment such as 2020-06-10T18:13:20Z"
        ) from error
    if moment.tzinfo is None:
        raise refused("Invalid operands found for operator", f"'{text}' has no time zone; write Z behind it")
    return moment

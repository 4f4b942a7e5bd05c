"""Reads and writes dates and times in .NET's formats, in the invariant culture; every moment is in UTC.

Sources: https://learn.microsoft.com/en-us/dotnet/standard/base-types/custom-date-and-time-format-strings,
the table of specifiers (edition of March 2017), …/standard-date-and-time-format-strings, "Table of format specifiers" (edition of
November 2020), and https://learn.microsoft.com/en-us/dotnet/api/system.globalization.datetimestyles, "Fields"; all read
2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from harness.azure_ad.mappings.functions.signature import ArgumentError, shown
from harness.base.errors import nearest

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# Compiled when the first date is read; `re` caches them.
_PIECE = r"""(?s)'[^']*'|"[^"]*"|\\.|%|d{1,4}|f{1,7}|F{1,7}|g+|h{1,2}|H{1,2}|K|m{1,2}|M{1,4}|s{1,2}|t{1,2}|y{1,5}|z{1,3}|."""
# Formats of one letter stand for whole ones.
_STANDARD = {
    "d": "MM/dd/yyyy", "D": "dddd, dd MMMM yyyy", "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss", "g": "MM/dd/yyyy HH:mm", "G": "MM/dd/yyyy HH:mm:ss",
    "M": "MMMM dd", "m": "MMMM dd", "O": "yyyy-MM-dd'T'HH:mm:ss.fffffffK", "o": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-dd'T'HH:mm:ss", "t": "HH:mm", "T": "HH:mm:ss", "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss", "Y": "yyyy MMMM", "y": "yyyy MMMM",
}  # fmt: skip
_OFFSET = r"[Zz]|[+-]\d{1,2}(?::?\d{2})?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,7}))?)?"
_ISO = (
    rf"(?a)(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:[T ]{_TIME})?\s?(?P<offset>{_OFFSET})?"
)
_AMERICAN = (
    rf"(?a)(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}})(?:\s{_TIME}(?:\s?(?P<half>[AaPp][Mm]))?)?"
    rf"\s?(?P<offset>{_OFFSET})?"
)
# The pattern of each token, and the part of the moment that it is.
_READ = {
    "d": (r"\d{1,2}", "day"), "dd": (r"\d{2}", "day"), "ddd": ("[A-Za-z]{3}", "weekday"), "dddd": ("[A-Za-z]+", "weekday"),
    "h": (r"\d{1,2}", "hour"), "hh": (r"\d{2}", "hour"), "H": (r"\d{1,2}", "hour"), "HH": (r"\d{2}", "hour"),
    "m": (r"\d{1,2}", "minute"), "mm": (r"\d{2}", "minute"), "s": (r"\d{1,2}", "second"), "ss": (r"\d{2}", "second"),
    "M": (r"\d{1,2}", "month"), "MM": (r"\d{2}", "month"),
    "MMM": ("|".join(name[:3] for name in _MONTHS), "name"), "MMMM": ("|".join(_MONTHS), "name"),
    "y": (r"\d{1,2}", "short"), "yy": (r"\d{2}", "short"), "yyy": (r"\d{3,4}", "year"), "yyyy": (r"\d{4}", "year"),
    "yyyyy": (r"\d{5}", "year"), "t": ("[AaPp]", "half"), "tt": ("[AaPp][Mm]", "half"),
    "z": (_OFFSET, "offset"), "zz": (_OFFSET, "offset"), "zzz": (_OFFSET, "offset"), "K": (f"(?:{_OFFSET})?", "offset"),
}  # fmt: skip
_WRITE: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: str(at.day),
    "dd": lambda at: f"{at.day:02d}",
    "ddd": lambda at: _DAYS[at.isoweekday() % 7][:3],
    "dddd": lambda at: _DAYS[at.isoweekday() % 7],
    "g": lambda _: "A.D.",
    "h": lambda at: str(at.hour % 12 or 12),
    "hh": lambda at: f"{at.hour % 12 or 12:02d}",
    "H": lambda at: str(at.hour),
    "HH": lambda at: f"{at.hour:02d}",
    "K": lambda _: "Z",
    "m": lambda at: str(at.minute),
    "mm": lambda at: f"{at.minute:02d}",
    "M": lambda at: str(at.month),
    "MM": lambda at: f"{at.month:02d}",
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "s": lambda at: str(at.second),
    "ss": lambda at: f"{at.second:02d}",
    "t": lambda at: "AP"[at.hour >= 12],
    "tt": lambda at: ("AM", "PM")[at.hour >= 12],
    "y": lambda at: str(at.year % 100),
    "yy": lambda at: f"{at.year % 100:02d}",
    "yyy": lambda at: f"{at.year:03d}",
    "yyyy": lambda at: f"{at.year:04d}",
    "yyyyy": lambda at: f"{at.year:05d}",
    "z": lambda _: "+0",
    "zz": lambda _: "+00",
    "zzz": lambda _: "+00:00",
    "%": lambda _: "",
}
_STYLES = (
    "None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowInnerWhite", "AllowWhiteSpaces",
    "NoCurrentDateDefault", "AdjustToUniversal", "AssumeLocal", "AssumeUniversal", "RoundtripKind",
)  # fmt: skip
_DEFAULT_STYLES = frozenset({"RoundtripKind", "AllowLeadingWhite", "AllowTrailingWhite"})


def write(moment: datetime, output_format: str) -> str:
    """Write a moment by a .NET format."""
    return "".join(_written(token, moment) for token in _tokens(output_format))


def _written(token: str, moment: datetime) -> str:
    if token in _WRITE:
        return _WRITE[token](moment)
    if token[0] in "fF":
        digits = f"{moment.microsecond:06d}0"[: len(token)]
        return digits if token[0] == "f" else digits.rstrip("0")
    if token[0] == "g":
        return "A.D."
    return _literal(token)


def read(written: str, input_format: str, styles: frozenset[str]) -> datetime:
    """Read a moment by a .NET format. Raises ArgumentError when the text does not match it, or is no real day."""
    trimmed = written
    if styles & {"AllowLeadingWhite", "AllowWhiteSpaces"}:
        trimmed = trimmed.lstrip()
    if styles & {"AllowTrailingWhite", "AllowWhiteSpaces"}:
        trimmed = trimmed.rstrip()
    inner_white = bool(styles & {"AllowInnerWhite", "AllowWhiteSpaces"})
    pattern, parts = _reader(input_format, inner_white)
    if inner_white:
        trimmed = "".join(trimmed.split())
    match = pattern.fullmatch(trimmed)
    if match is None:
        raise ArgumentError(f"source {shown(written)} does not have the inputFormat '{input_format}'")
    parts_read = dict(zip(parts, match.groups(), strict=True))
    if not parts_read.keys() & {"year", "short"}:
        raise ArgumentError(f"the inputFormat '{input_format}' has no year")
    return _moment(parts_read, written)


def read_styles(written: str) -> frozenset[str]:
    """Read DateTimeStyles, separated by commas; an empty text is the documented default. Raises ArgumentError."""
    names = [name.strip().removeprefix("DateTimeStyles.") for name in written.split(",") if name.strip()]
    for name in names:
        if name not in _STYLES:
            raise ArgumentError(f"parameter 'dateTimeStyles': unknown style '{name}'{nearest(name, _STYLES)}")
    return frozenset(names) or _DEFAULT_STYLES


def _tokens(date_format: str) -> list[str]:
    if len(date_format) == 1 and date_format in _STANDARD:
        date_format = _STANDARD[date_format]
    return re.findall(_PIECE, date_format)


def _literal(token: str) -> str:
    if token[0] in "'\"" and len(token) > 1:
        return token[1:-1]
    return token[1:] if token[0] == "\\" else token


@lru_cache(maxsize=256)
def _reader(input_format: str, inner_white: bool) -> tuple[re.Pattern[str], list[str]]:
    """Return a pattern with one group for each token, and the parts of the moment in the order of the groups."""
    pieces: list[str] = []
    parts: list[str] = []
    for word in _tokens(input_format):
        if word in _READ:
            piece, part = _READ[word]
        elif word[0] in "fF":
            least = len(word) if word[0] == "f" else 0
            piece, part = rf"\d{{{least},{len(word)}}}", "fraction"
        elif word[0] == "g":
            piece, part = r"A\.?D\.?", "era"
        else:
            literal = "" if word == "%" else _literal(word)
            pieces.append(re.escape("".join(literal.split()) if inner_white else literal))
            continue
        if part in parts:
            # A part twice would be slow to match, and the two values could differ.
            raise ArgumentError(f"the inputFormat '{input_format[:60]}' has two parts for the {part}")
        pieces.append(f"({piece})")
        parts.append(part)
    return re.compile("".join(pieces), re.IGNORECASE | re.ASCII), parts


def _moment(parts_read: dict[str, str], written: str) -> datetime:
    """Return the moment of some parts; a missing part is the first of its kind, an offset is converted to UTC."""
    year = int(parts_read["year"]) if "year" in parts_read else _century(int(parts_read["short"]))
    month = int(parts_read.get("month", 1))
    if "name" in parts_read:
        month = 1 + [name[:3].casefold() for name in _MONTHS].index(parts_read["name"][:3].casefold())
    hour = int(parts_read.get("hour", 0))
    if "half" in parts_read:
        if not 1 <= hour <= 12:
            raise ArgumentError(f"source {shown(written)} has no hour from 1 to 12")
        hour = hour % 12 + 12 * (parts_read["half"][0] in "pP")
    fraction = int(parts_read.get("fraction", "").ljust(7, "0")[:6])
    try:
        moment = datetime(
            year,
            month,
            int(parts_read.get("day", 1)),
            hour,
            int(parts_read.get("minute", 0)),
            int(parts_read.get("second", 0)),
            fraction,
            tzinfo=UTC,
        )
        return moment - _offset(parts_read.get("offset", ""))
    except (ValueError, OverflowError) as error:
        raise ArgumentError(f"source {shown(written)} is no real date: {error}") from error


def _century(year: int) -> int:
    """Return the year for two digits: 1930 to 2029."""
    return year + (2000 if year < 30 else 1900)


def _offset(written: str) -> timedelta:
    if not written or written in "zZ":
        return timedelta()
    digits = written[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if written[0] == "-" else offset


def read_any(written: str) -> datetime:
    """Read a date in the forms of the documented examples: ISO 8601, or `M/d/yyyy h:mm:ss tt`, with an offset.

    Without one it is in UTC. Raises ArgumentError.
    """
    match = re.fullmatch(_ISO, written.strip()) or re.fullmatch(_AMERICAN, written.strip())
    if match is None:
        raise ArgumentError(f"{shown(written)} is no date such as 2020-03-16-07:00 or 3/16/2020 7:00:00 AM")
    return _moment({part: value for part, value in match.groupdict().items() if value}, written)

"""Functions on dates. A date is a text; the results have the form `M/d/yyyy h:mm:ss tt` in UTC.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
the section of each (read 2026-11-29). DateDiff counts as Visual Basic's does (https://learn.microsoft.com/en-us/dotnet/api/microsoft.visualbasic.dateandtime.datediff):
this gives the documented -493 weeks.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from harness.azure_ad.mappings.functions.date_formats import read, read_any, read_styles, write
from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Function,
    Parameter,
    Value,
    text,
    whole,
)

_INTERVALS = ("yyyy", "m", "d", "ww", "h", "n", "s")
_SECONDS = {"d": 86_400, "h": 3_600, "n": 60, "s": 1, "ww": 604_800}
# Active Directory counts steps of 100 ns from here.
_FILETIME = datetime(1601, 1, 1, tzinfo=UTC)


def write_date(moment: datetime) -> str:
    """Return a moment in the form of all functions' results."""
    return write(moment, "M/d/yyyy h:mm:ss tt")


def _c_date(expression: Value) -> Value:
    return None if expression is None else write_date(_date("expression", expression))


def _date_add(interval: Value, value: Value, date: Value) -> Value:
    """Add a span; in a month without that day its last day is taken."""
    unit, count = _interval(interval), whole("value", value)
    if date is None:
        return None
    start = _date("dateTime", date)
    try:
        if unit in _SECONDS:
            return write_date(start + timedelta(seconds=count * _SECONDS[unit]))
        month = start.year * 12 + start.month - 1 + count * (12 if unit == "yyyy" else 1)
        year, month = month // 12, month % 12 + 1
        day = min(start.day, calendar.monthrange(year, month)[1])
        return write_date(start.replace(year=year, month=month, day=day))
    except (ValueError, OverflowError) as error:
        raise ArgumentError(f"parameter 'value': {count} leads out of the years 1 to 9999") from error


def _date_diff(interval: Value, date1: Value, date2: Value) -> Value:
    """Return the difference: calendar years and months, Sundays in between for weeks, whole units of time for others."""
    unit = _interval(interval)
    if date1 is None or date2 is None:
        return None
    begin, end = _date("date1", date1), _date("date2", date2)
    if unit == "yyyy":
        return str(end.year - begin.year)
    if unit == "m":
        return str((end.year - begin.year) * 12 + end.month - begin.month)
    span = end - begin
    if unit == "ww":
        span += timedelta(days=begin.isoweekday() % 7 - end.isoweekday() % 7)
    seconds = _SECONDS["d" if unit == "ww" else unit]
    whole_ones = abs(span) // timedelta(seconds=seconds) // (7 if unit == "ww" else 1)
    return str(whole_ones if span >= timedelta() else -whole_ones)


def _date_from_num(value: Value) -> Value:
    if value is None:
        return None
    count = whole("value", value)
    try:
        return write_date(_FILETIME + timedelta(microseconds=count // 10))
    except OverflowError as error:
        raise ArgumentError(f"parameter 'value': {count} leads out of the years 1 to 9999") from error


def _num_from_date(value: Value) -> Value:
    if value is None:
        return None
    return str((_date("value", value) - _FILETIME) // timedelta(microseconds=1) * 10)


def _format(source: Value, styles: Value, input_format: Value, output_format: Value) -> Value:
    style_flags = read_styles(text(styles))
    if not text(input_format) or not text(output_format):
        raise ArgumentError("parameters 'inputFormat' and 'outputFormat' need a value each")
    return (
        None
        if source is None
        else write(read(text(source), text(input_format), style_flags), text(output_format))
    )


def _date(parameter: str, value: Value) -> datetime:
    try:
        return read_any(text(value))
    except ArgumentError as error:
        raise ArgumentError(f"parameter '{parameter}': {error}") from error


def _interval(value: Value) -> str:
    if value not in _INTERVALS:
        raise ArgumentError(
            f"parameter 'interval' must be one of {', '.join(_INTERVALS)}, not '{text(value)}'"
        )
    return text(value)


_INTERVAL = Parameter("interval")

DATES = {
    "CDate": Function((Parameter("expression"),), _c_date),
    "DateAdd": Function(
        (_INTERVAL, Parameter("value", "Integer"), Parameter("dateTime", "DateTime")), _date_add
    ),
    "DateDiff": Function(
        (_INTERVAL, Parameter("date1", "DateTime"), Parameter("date2", "DateTime")), _date_diff
    ),
    "DateFromNum": Function((Parameter("value", "Integer"),), _date_from_num),
    "FormatDateTime": Function(
        (
            Parameter("source"),
            Parameter("dateTimeStyles", required=False),
            Parameter("inputFormat"),
            Parameter("outputFormat"),
        ),
        _format,
    ),
    "NumFromDate": Function((Parameter("value"),), _num_from_date),
}

"""Functions on several values, on bits, and Redact, which hides a value from the logs.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
the section of each (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Function,
    Parameter,
    Value,
    items,
    text,
    whole,
)

_ATTRIBUTE = Parameter("attribute")


def _bit_and(value1: Value, value2: Value) -> Value:
    return str(whole("value1", value1) & whole("value2", value2))


def _count(attribute: Value) -> Value:
    return str(len(items(attribute)))


def _c_str(value: Value) -> Value:
    return None if value is None else text(value)


def _item(attribute: Value, index: Value) -> Value:
    """Return an item, counted from 1; null after the last one."""
    number, values = whole("index", index), items(attribute)
    if number < 1:
        raise ArgumentError(f"parameter 'index' must be 1 or more, not {number}")
    return values[number - 1] if number <= len(values) else None


def _redact(value: Value) -> Value:
    """Return the value unchanged; logs show `[Redact]` in its place (`mappings/compiled.py`)."""
    return value


def _remove_duplicates(attribute: Value) -> Value:
    return None if attribute is None else list(dict.fromkeys(items(attribute)))


def _split(source: Value, delimiter: Value) -> Value:
    """Split a text; blanks around each part are removed, as in the documented example."""
    apart = text(delimiter)
    if not apart:
        raise ArgumentError("parameter 'delimiter' is empty")
    return None if source is None else [part.strip() for part in text(source).split(apart)]


VALUES = {
    "BitAnd": Function((Parameter("value1", "Integer"), Parameter("value2", "Integer")), _bit_and),
    "Count": Function((_ATTRIBUTE,), _count),
    "CStr": Function((Parameter("value"),), _c_str),
    "Item": Function((_ATTRIBUTE, Parameter("index", "Integer")), _item),
    "Redact": Function((Parameter("value"),), _redact),
    "RemoveDuplicates": Function((_ATTRIBUTE,), _remove_duplicates),
    "Split": Function((Parameter("source"), Parameter("delimiter")), _split),
}

"""JSON values in the type that their property declares: Graph takes a string for a Boolean, and no number for one.

A Logic App's `@{…}` always yields a string, so Microsoft's own validation workflow sends
`"forceChangePasswordNextSignIn": "True"`. The string is read as .NET parses it: any case, blanks around it.

Source: https://github.com/OData/odata.net, src/Microsoft.OData.Core/ODataPayloadValueConverter.cs, ConvertStringValue: a string
goes through Convert.ChangeType, a number or Boolean of another type is refused (read 2026-11-29). That Graph reads bodies with
this converter is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.azure_ad.directory.properties import is_extension
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entity_types import COMPLEX, EntityType, Property
from harness.azure_ad.graph.odata.errors import ODataError
from harness.azure_ad.tenant import current
from harness.base.clock import from_iso
from harness.base.errors import nearest
from harness.base.store import Document

_BOOLEANS = {"true": True, "false": False}
_WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*\Z", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII | re.IGNORECASE)


def as_boolean(value: Any) -> Any:
    """Return the Boolean that a string stands for; return any other value as it is, for its property to refuse."""
    return _BOOLEANS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _as_whole_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and _WHOLE.match(value) else value


def _is_int64(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def _is_int32(value: Any) -> bool:
    return _is_int64(value) and -(2**31) <= value < 2**31


def is_moment(value: Any) -> bool:
    """Return whether a value is the text of a moment with its zone."""
    try:
        return isinstance(value, str) and from_iso(value).tzinfo is not None
    except ValueError:
        return False


def _is_guid(value: Any) -> bool:
    return isinstance(value, str) and _GUID.match(value) is not None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


# By type, its name in error messages and the test of a value; enumerations, binary values and durations are texts.
_FORMS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "Boolean": ("true or false", lambda value: isinstance(value, bool)),
    "Int32": ("a whole number of 32 bits", _is_int32),
    "Int64": ("a whole number of 64 bits", _is_int64),
    "Double": ("a number", lambda value: isinstance(value, float) or _is_int64(value)),
    "DateTimeOffset": ("a moment such as 2026-03-02T08:00:00Z", is_moment),
    "Guid": ("an id of 32 hexadecimal digits with dashes", _is_guid),
}
_TEXT = ("text", _is_text)
_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "Boolean": as_boolean,
    "Int32": _as_whole_number,
    "Int64": _as_whole_number,
}


def typed(kind: EntityType, document: Document, *, creating: bool) -> Document:
    """Return a body's properties in the type's spelling and value types, without annotations.

    A directory extension is returned as it is. Raises ODataError 400 for an unknown property, one that this request cannot
    set, a wrong value, and when `creating` for a missing required one.
    """
    result: Document = {}
    for written, value in document.items():
        if "@odata." in written or written.startswith("@"):
            continue
        name = kind.spelling(written)
        if name is None:
            raise _unknown(written, kind.properties)
        if is_extension(name):
            result[name] = value
            continue
        declared = kind.properties[name]
        if not (declared.settable if creating else declared.writable):
            raise refusals.PROPERTY_REFUSED.error(name=name)
        result[name] = in_type(value, declared, name)
        _check_text(kind, name, declared, result[name], creating=creating)
    if creating:
        for name, declared in kind.properties.items():
            if declared.required and result.get(name) in (None, "", []):
                raise refusals.VALUE_NEEDED.error(name=name, resource=_resource(kind))
    return result


def invalid_value(kind: EntityType, name: str) -> ODataError:
    """Return the refusal of a value whose type is right."""
    error = refusals.VALUE_INVALID.error(name=name, resource=_resource(kind))
    error.target, error.detail = name, "InvalidValue"
    return error


def _check_text(kind: EntityType, name: str, declared: Property, value: Any, *, creating: bool) -> None:
    """Raise ODataError 400 for a text that the property cannot have: too long, of another form, or empty."""
    if value is None and not creating and not declared.clearable:
        raise refusals.VALUE_NEEDED.error(name=name, resource=_resource(kind))
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and not _holds(declared, text, emptying=not creating and kind.directory):
            raise invalid_value(kind, name)


def _holds(declared: Property, text: str, *, emptying: bool) -> bool:
    """Return whether a property can have a text; whether an empty one can replace another is a quirk."""
    if not text:
        return not (emptying and current().quirks["empty-text-refused"])
    if declared.longest and len(text) > declared.longest:
        return False
    return not declared.pattern or re.fullmatch(declared.pattern, text, re.IGNORECASE) is not None


def _unknown(name: str, candidates: Iterable[str], within: str = "") -> ODataError:
    hint = nearest(name, candidates).removesuffix("?")
    return refusals.PROPERTY_UNKNOWN.error(name=within + name, hint=hint)


def _resource(kind: EntityType) -> str:
    short = kind.name.rpartition(".")[2]
    return short[0].upper() + short[1:]


def in_type(value: Any, declared: Property, name: str) -> Any:
    """Return a value in the type of its property; `name` is for the message. Raises ODataError 400."""
    if value is None:
        if not declared.nullable and not declared.collection:
            raise refusals.VALUE_FORM.error(name=f"property '{name}'", form="something, not null")
        return [] if declared.collection else None
    if declared.collection:
        if not isinstance(value, list):
            raise refusals.VALUE_FORM.error(name=f"property '{name}'", form="a list")
        return [_single(item, declared, name) for item in value]
    return _single(value, declared, name)


def _single(value: Any, declared: Property, name: str) -> Any:
    parts = COMPLEX.get(declared.type)
    if parts is None:
        value = _CONVERTERS.get(declared.type, lambda same: same)(value)
        words, test = _FORMS.get(declared.type, _TEXT)
        if not test(value):
            raise refusals.VALUE_FORM.error(name=f"property '{name}'", form=words)
        return value
    if not isinstance(value, dict):
        raise refusals.VALUE_FORM.error(name=f"property '{name}'", form="an object")
    result: Document = {}
    for part, inner in value.items():
        if "@odata." in part:
            continue
        if part not in parts:
            raise _unknown(part, parts, f"{name}/")
        result[part] = in_type(inner, parts[part], f"{name}/{part}")
    return result

"""Functions on texts: cutting, joining, letters, encodings.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
the section of each but Len and Prepend, which it lacks (read 2026-11-29).
"""

from __future__ import annotations

import base64
import re
import unicodedata

from harness.azure_ad.mappings.functions.diacritics import normalize
from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Function,
    Parameter,
    Value,
    items,
    joined,
    text,
    whole,
)

_COMPARES = ("vbBinaryCompare", "vbTextCompare")
_CULTURE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TURKISH = ("tr", "az")
# The character categories that end a word in .NET's TextInfo.ToTitleCase, from PCase's remarks.
_BETWEEN_WORDS = frozenset(
    ["Zs", "Zl", "Zp", "Cc", "Cf", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"]
)
_SOURCE = Parameter("source")


def _append(source: Value, suffix: Value) -> Value:
    return text(source) + text(suffix)


def _prepend(prefix: Value, source: Value) -> Value:
    return text(prefix) + text(source)


def _join(separator: Value, *sources: Value) -> Value:
    """Join texts without the empty ones; null if all are null."""
    parts = [part for source in sources for part in items(source) if part]
    if not parts and all(source is None for source in sources):
        return None
    return joined(text(separator), parts)


def _in_str(value1: Value, value2: Value, start: Value = None, compare: Value = None) -> Value:
    """Return the position of the first match, counted from 1; 0 for none. Case counts unless `compare` says otherwise."""
    begin = 1 if start is None else whole("start", start)
    if begin < 1:
        raise ArgumentError(f"parameter 'start' must be 1 or more, not {begin}")
    if compare not in (None, *_COMPARES):
        raise ArgumentError(f"parameter 'compareType' must be one of {', '.join(_COMPARES)}")
    where, what = text(value1), text(value2)
    if compare == "vbTextCompare":
        where, what = where.casefold(), what.casefold()
    return str(where.find(what, begin - 1) + 1)


def _left(string: Value, count: Value) -> Value:
    length = whole("NumChars", count)
    return text(string) if length < 0 else text(string)[:length]


def _len(source: Value) -> Value:
    return str(len(text(source)))


def _mid(source: Value, start: Value, length: Value) -> Value:
    first, count = whole("start", start), whole("length", length)
    if first < 1:
        raise ArgumentError(f"parameter 'start' must be 1 or more, not {first}")
    if count < 0:
        raise ArgumentError(f"parameter 'length' must be 0 or more, not {count}")
    return None if source is None else text(source)[first - 1 : first - 1 + count]


def _p_case(source: Value, separators: Value = None) -> Value:
    """An apostrophe does not end a word in .NET, unless it is among the separators."""
    if source is None:
        return None
    result, inside = [], False
    for letter in text(source):
        if separators is None:
            apart = letter != "'" and unicodedata.category(letter) in _BETWEEN_WORDS
            begins = letter.isalpha() and not inside
            inside = not apart and (inside or letter.isalpha())
        else:
            apart = letter in text(separators)
            begins, inside = not inside and not apart, not apart
        result.append(_upper(letter) if begins else _lower(letter))
    return "".join(result)


def _strip_spaces(source: Value) -> Value:
    return None if source is None else text(source).replace(" ", "")


def _to_lower(source: Value, culture: Value = None) -> Value:
    turkish = _is_turkish(culture)
    if source is None:
        return None
    written = text(source)
    return _lower(written.replace("I", "ı").replace("İ", "i") if turkish else written)


def _to_upper(source: Value, culture: Value = None) -> Value:
    turkish = _is_turkish(culture)
    if source is None:
        return None
    written = text(source)
    return _upper(written.replace("i", "İ").replace("ı", "I") if turkish else written)


def _word(string: Value, count: Value, delimiters: Value) -> Value:
    number = whole("WordNumber", count)
    apart = text(delimiters)
    written = "".join("\0" if letter in apart else letter for letter in text(string))
    words = [word for word in written.split("\0") if word]
    return words[number - 1] if 1 <= number <= len(words) else ""


def _to_base64(source: Value) -> Value:
    encoded = text(source).encode("utf-16-le", "surrogatepass")
    return None if source is None else base64.b64encode(encoded).decode()


def _to_hex(source: Value) -> Value:
    return None if source is None else text(source).encode("utf-8", "surrogatepass").hex().upper()


def _normalize(source: Value) -> Value:
    return None if source is None else normalize(text(source))


def _is_turkish(culture: Value) -> bool:
    if culture is None:
        return False
    name = text(culture)
    if name and not _CULTURE.fullmatch(name):
        raise ArgumentError(f"parameter 'culture' must be a name such as en-US, not '{name}'")
    return name[:2].lower() in _TURKISH


def _lower(written: str) -> str:
    """Change each character by itself, as .NET does: none becomes two."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in written)


def _upper(written: str) -> str:
    return "".join(high if len(high := letter.upper()) == 1 else letter for letter in written)


_CASE = (_SOURCE, Parameter("culture", required=False))

TEXTS = {
    "Append": Function((_SOURCE, Parameter("suffix")), _append),
    "ConvertToBase64": Function((_SOURCE,), _to_base64),
    "ConvertToUTF8Hex": Function((_SOURCE,), _to_hex),
    "InStr": Function(
        (
            Parameter("value1"),
            Parameter("value2"),
            Parameter("start", "Integer", required=False),
            Parameter("compareType", required=False, words=_COMPARES),
        ),
        _in_str,
    ),
    "Join": Function((Parameter("separator"), Parameter("source", repeats=True)), _join),
    "Left": Function((Parameter("String"), Parameter("NumChars", "Integer")), _left),
    "Len": Function((_SOURCE,), _len),
    "Mid": Function((_SOURCE, Parameter("start", "Integer"), Parameter("length", "Integer")), _mid),
    "NormalizeDiacritics": Function((_SOURCE,), _normalize),
    "PCase": Function((_SOURCE, Parameter("wordSeparators", required=False)), _p_case),
    "Prepend": Function((Parameter("prefix"), _SOURCE), _prepend),
    "StripSpaces": Function((_SOURCE,), _strip_spaces),
    "ToLower": Function(_CASE, _to_lower),
    "ToUpper": Function(_CASE, _to_upper),
    "Word": Function(
        (Parameter("String"), Parameter("WordNumber", "Integer"), Parameter("Delimiters")), _word
    ),
}

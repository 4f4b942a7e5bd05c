"""The function Replace, with its five forms by the arguments that are given.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
Replace (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.azure_ad.mappings.functions.signature import (
    ArgumentError,
    Function,
    Parameter,
    Value,
    joined,
    text,
)
from harness.base.dotnet_regex import Regex, RegexError, compile_regex

_MODES = (
    "give oldValue with replacementValue or template, or regexPattern with replacementValue, or regexPattern and "
    "regexGroupName with replacementValue or replacementAttributeName"
)


def _replace(
    source: Value,
    old: Value = None,
    pattern: Value = None,
    group: Value = None,
    replacement: Value = None,
    attribute: Value = None,
    template: Value = None,
) -> Value:
    try:
        if pattern is not None:
            return _by_pattern(source, compile_regex(text(pattern)), group, replacement, attribute)
    except RegexError as error:
        raise ArgumentError(f"parameter 'regexPattern': {error}") from error
    if source is None:
        return None
    if not text(old):
        raise ArgumentError("parameter 'oldValue' is empty")
    if template is not None:
        return joined(text(source), text(template).split(text(old)))
    return joined(text(replacement), text(source).split(text(old)))


def _by_pattern(source: Value, pattern: Regex, group: Value, replacement: Value, attribute: Value) -> Value:
    if group is None:
        return None if source is None else joined("", pattern.replace(text(source), text(replacement)))
    number = _number(pattern, text(group))
    if replacement is None:
        if source:
            return source
        match = pattern.search(text(attribute))
        return None if match is None else match[number] or ""
    return None if source is None else _replace_group(text(source), pattern, number, text(replacement))


def _replace_group(source: str, pattern: Regex, number: int, replacement: str) -> str:
    pieces, last = [], 0
    for match in pattern.matches(source):
        begin, end = match.span(number)
        if last <= begin <= end:
            pieces += [source[last:begin], replacement]
            last = end
    return joined("", [*pieces, source[last:]])


def _number(pattern: Regex, group: str) -> int:
    if group not in pattern.groups:
        raise ArgumentError(f"parameter 'regexGroupName': the pattern has no group '{group}'")
    return pattern.groups[group]


def _check(constants: Sequence[Value], are_given: Sequence[bool]) -> None:
    """Raise for arguments that fit none of the five forms, and for a bad constant pattern."""
    _, old, pattern, group, replacement, attribute, template = [*are_given, *[False] * (7 - len(are_given))]
    is_form = (pattern and (replacement or (group and attribute))) or (old and (replacement or template))
    if not is_form:
        raise ArgumentError(_MODES)
    if pattern and isinstance(constants[2], str):
        try:
            compiled = compile_regex(constants[2])
        except RegexError as error:
            raise ArgumentError(f"parameter 'regexPattern': {error}") from error
        if group and isinstance(constants[3], str):
            _number(compiled, constants[3])


def _optional(name: str, key: str) -> Parameter:
    return Parameter(name, required=False, key=key)


REPLACE = {
    "Replace": Function(
        (
            Parameter("source"),
            _optional("oldValue", "Find"),
            _optional("regexPattern", "RegularExpression"),
            _optional("regexGroupName", "RegularExpressionGroupName"),
            _optional("replacementValue", "Replacement"),
            _optional("replacementAttributeName", "ReplacementPropertyName"),
            _optional("template", "Template"),
        ),
        _replace,
        check=_check,
    )
}

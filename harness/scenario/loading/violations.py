"""A file's violations of the schema, in plain words, each with its place.

jsonschema-rs, four hundred times as fast, checks whether a file is valid; jsonschema, imported only then, finds what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import jsonschema_rs

from harness.base.errors import nearest
from harness.scenario.language.schema import NOT_SUBSTITUTED, schema
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail
from harness.scenario.variables import REFERENCE

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_Words: TypeAlias = Iterator[tuple[str | None, str]]

STEP_KEYS = ("expect", "let", "name")
_TYPES = {
    "object": "a mapping (key: value)", "array": "a list", "string": "text", "boolean": "true or false",
    "integer": "a whole number", "number": "a number", "null": "nothing",
}  # fmt: skip


def _part(definition: str) -> dict[str, Any]:
    whole = schema()
    return {**whole["$defs"][definition], "$defs": whole["$defs"]} if definition else whole


@cache
def _quick(definition: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_part(definition))


@cache
def _thorough(definition: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_part(definition))


def _is_right(value: Any, definition: str) -> bool:
    """Return whether a file is valid but for `${name}`s, whose values are known later."""
    quick = _quick(definition)
    try:
        return quick.is_valid(value) or all(
            _stands_for_a_value(error.instance, tuple(error.instance_path))
            for error in quick.iter_errors(value)
        )
    except ValueError:  # keys that are no text have no counterpart in JSON
        return False


def violations(value: Any, root: Node, definition: str = "") -> Iterator[Mistake]:
    """Yield the violations of the schema, or of its part `definition`, in plain words."""
    if _is_right(value, definition):
        return
    for error in _thorough(definition).iter_errors(value):
        trail: Trail = tuple(error.absolute_path)
        # `oneOf` and `not` also object to what is no mapping, which the type already says.
        vacuous = error.validator in ("oneOf", "not") and not isinstance(error.instance, dict)
        if vacuous or _stands_for_a_value(error.instance, trail):
            continue
        words = _WORDS.get(str(error.validator))
        if words is not None:
            for key, message in words(error, trail):
                yield Mistake(root.at(trail) if key is None else root.key((*trail, key)), message)
        else:
            sentence = _SENTENCES[str(error.validator)].format(
                _subject(trail),
                wanted=error.validator_value,
                given=_describe(error.instance),
                schema=error.schema,
            )
            yield Mistake(root.at(trail), sentence)


def _stands_for_a_value(instance: Any, trail: Trail) -> bool:
    """Return whether an error is about a whole `${name}`, whose later value may be valid."""
    if not (isinstance(instance, str) and REFERENCE.fullmatch(instance)):
        return False
    return len(trail) > 2 if trail[:1] == ("steps",) else bool(trail) and trail[0] not in NOT_SUBSTITUTED


def _unknown_keys(error: Any, trail: Trail) -> _Words:
    names = list(error.schema["properties"])
    what = "step" if trail[:1] == ("steps",) and len(trail) == 2 else "key"
    what = "expectation" if trail[:1] == ("steps",) and trail[2:] == ("expect",) else what
    others = f"; there are: {', '.join(names) or 'none'}" if len(names) <= 20 else "; see 'harness schema'"
    for key in error.instance:
        if key in STEP_KEYS and key not in names:
            yield key, f"'{key}' stands beside a step's verb; it cannot stand here, so check its indentation"
        elif key not in names:
            yield key, f"unknown {what} '{key}'{nearest(key, names) or others}"


def _missing(error: Any, trail: Trail) -> _Words:
    closed = error.schema.get("additionalProperties") is False
    strays = [str(key) for key in error.instance if key not in error.schema["properties"]]
    for key in error.validator_value:
        misspelt = next((stray for stray in strays if nearest(stray, [key])), None)
        if key not in error.instance and misspelt is None:
            yield None, f"{_subject(trail)} needs '{key}'"
        elif key not in error.instance and not closed:
            # Where other keys are allowed, nobody else objects to a misspelt one.
            yield (
                misspelt,
                f"{_subject(trail)} needs '{key}', and has '{misspelt}'{nearest(str(misspelt), [key])}",
            )


def _wrong_type(error: Any, trail: Trail) -> _Words:
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    types = error.schema.get("typeErrorMessage") or " or ".join(_TYPES[kind] for kind in kinds)
    quote = isinstance(error.instance, (int, float)) and "string" in kinds
    hint = "; put it in quotes" if quote and "typeErrorMessage" not in error.schema else ""
    yield None, f"{_subject(trail)} takes {types}, not {_describe(error.instance)}{hint}"


def _wrong_choice(error: Any, trail: Trail) -> _Words:
    choices = [str(choice) for choice in error.validator_value]
    hint = nearest(str(error.instance), choices) or f"; there are: {', '.join(choices)}"
    yield None, f"{_subject(trail)} does not know {_describe(error.instance)}{hint}"


def _not_one(error: Any, trail: Trail) -> _Words:
    names = [branch["required"][0] for branch in error.validator_value]
    if len(trail) != 2:
        yield None, f"{_subject(trail)} needs exactly one of: {', '.join(names)}"
    elif present := [f"'{name}'" for name in error.instance if name in names]:
        yield None, f"one step, one verb: {' and '.join(present)} are steps of their own"
    elif set(error.instance) <= set(STEP_KEYS):
        yield None, "a step needs a verb, such as 'assign' or 'wait'"


_WORDS: dict[str, Callable[[Any, Trail], _Words]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _wrong_type,
    "enum": _wrong_choice,
    "oneOf": _not_one,
}
_SENTENCES = {
    "minItems": "{0} must not be empty",
    "minProperties": "{0} must not be empty",
    "minLength": "{0} must not be empty",
    "pattern": "{0} takes {schema[patternErrorMessage]}, not {given}",
    "minimum": "{0} is {wanted} or more, not {given}",
    "maximum": "{0} is {wanted} or less, not {given}",
    "not": "{0} takes only one of these: {wanted[required]}",
}


def _subject(trail: Trail) -> str:
    key = next((step for step in reversed(trail) if isinstance(step, str)), None)
    if key is None:
        return "the file"
    return f"each of '{key}'" if isinstance(trail[-1], int) else f"'{key}'"


def _describe(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        line = " ".join(value.split())
        return f"'{line[:60]}{'…' * (len(line) > 60)}'"
    return "nothing" if value is None else json.dumps(value)

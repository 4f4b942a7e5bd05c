"""The synchronization schema of a job, in Microsoft Graph's JSON: reading it, and checking an edited one.

A schema that passes `check` can be run: every name in it is defined, and every expression can be parsed. Errors have the JSON
path of the mistake.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationschema,
…/synchronization-objectmapping and …/synchronization-attributemapping (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.azure_ad.directory.properties import is_extension
from harness.azure_ad.mappings.definitions import MUTABILITIES, TYPES
from harness.azure_ad.mappings.expression import Attribute, Call, ExpressionError, Node, attributes_of
from harness.azure_ad.mappings.scoping_filters import FilterError, check_scope
from harness.azure_ad.mappings.sources import from_source
from harness.azure_ad.mappings.targets import target_path
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document
from harness.scim.path import PathError

# Of each enumeration, what this engine does; the others are refused instead of being passed over.
# MultiValueAddOnly concerns targets of several values: where there is one value at most, it flows as ever.
FLOW_TYPES = ("Always", "ObjectAddOnly", "MultiValueAddOnly")
FLOW_BEHAVIORS = ("FlowWhenChanged",)
ACTIONS = ("Add", "Update", "Delete", "None")
REFERENCES = ("manager", "members")
_WORDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a number",
    bool: "true or false",
    type(None): "null",
}


class SchemaError(HarnessError):
    """A schema that no job can run with; the message begins with the JSON path of what is wrong."""


def object_mappings(schema: Document) -> list[Document]:
    """Return the object mappings of the schema's rule."""
    mappings: list[Document] = schema["synchronizationRules"][0]["objectMappings"]
    return mappings


def expression_of(entry: Document) -> Node | None:
    """Return the parsed source of an attribute mapping; None for a constant. Raises ExpressionError."""
    source = entry.get("source")
    return None if source is None else from_source(source)


def is_reference(node: Node | None) -> bool:
    """Tell whether a source is another object, exported in a request of its own."""
    return isinstance(node, Attribute) and node.name in REFERENCES


def check(schema: Any) -> None:
    """Raise SchemaError for a schema that the engine could not run, with the place, the reason and a remedy."""
    _demand(schema, dict, "schema")
    directories = _directories(_get(schema, "directories", list, "schema"))
    rules = _get(schema, "synchronizationRules", list, "schema")
    if len(rules) != 1:
        raise SchemaError(f"synchronizationRules: there must be one rule, not {len(rules)}")
    _check_rule(rules[0], directories, "synchronizationRules[0]")


_Objects = dict[str, dict[str, Document]]


def _directories(directories: list[Any]) -> dict[str, _Objects]:
    """Return attribute definitions by directory, object and attribute name. Raises SchemaError."""
    result: dict[str, _Objects] = {}
    for index, directory in enumerate(directories):
        where = f"directories[{index}]"
        name = _get(_demand(directory, dict, where), "name", str, where)
        objects = result[name] = {}
        for number, entry in enumerate(_get(directory, "objects", list, where)):
            place = f"{where}.objects[{number}]"
            kind = _get(_demand(entry, dict, place), "name", str, place)
            objects[kind] = _attributes(_get(entry, "attributes", list, place), f"{place}.attributes")
        _check_references(objects, where)
    return result


def _attributes(attributes: list[Any], where: str) -> dict[str, Document]:
    result = {}
    for index, attribute in enumerate(attributes):
        place = f"{where}[{index}]"
        name = _get(_demand(attribute, dict, place), "name", str, place)
        _one_of(attribute, "type", TYPES, place)
        _one_of(attribute, "mutability", MUTABILITIES, place)
        for flag in ("anchor", "caseExact", "multivalued", "required"):
            _get(attribute, flag, bool, place)
        if name in result:
            raise SchemaError(f"{place}.name: '{name}' is defined above already")
        result[name] = attribute
    return result


def _check_references(objects: _Objects, where: str) -> None:
    """A referenced object must be one of the same directory."""
    for kind, attributes in objects.items():
        for name, attribute in attributes.items():
            place = f"{where}.objects['{kind}'].attributes['{name}'].referencedObjects"
            for entry in _get(attribute, "referencedObjects", list, place.rpartition(".")[0]):
                other = _get(_demand(entry, dict, place), "referencedObjectName", str, place)
                _demand_defined(other, objects, "object", place)


def _check_rule(rule: Any, directories: Mapping[str, _Objects], where: str) -> None:
    _get(_demand(rule, dict, where), "id", str, where)
    names = [_get(rule, f"{side}DirectoryName", str, where) for side in ("source", "target")]
    for side, name in zip(("source", "target"), names, strict=True):
        _demand_defined(name, directories, "directory", f"{where}.{side}DirectoryName")
    if names[0] == names[1]:
        raise SchemaError(f"{where}.targetDirectoryName: '{names[0]}' cannot be provisioned into itself")
    seen: set[str] = set()
    for index, mapping in enumerate(_get(rule, "objectMappings", list, where)):
        place = f"{where}.objectMappings[{index}]"
        kind = _check_object(mapping, directories[names[0]], directories[names[1]], place)
        if kind in seen:
            raise SchemaError(f"{place}.sourceObjectName: another mapping above provisions {kind} already")
        seen.add(kind)
    if "User" not in seen:
        raise SchemaError(f"{where}.objectMappings: the schema has no objectMapping for User")


def _check_object(mapping: Any, sources: _Objects, targets: _Objects, where: str) -> str:
    """Check one object mapping and return the type that it provisions."""
    kind: str = _get(_demand(mapping, dict, where), "sourceObjectName", str, where)
    if kind not in ("User", "Group"):
        raise SchemaError(f"{where}.sourceObjectName: must be User or Group, not '{kind}'")
    _demand_defined(kind, sources, "object", f"{where}.sourceObjectName")
    target = _get(mapping, "targetObjectName", str, where)
    _demand_defined(target, targets, "object", f"{where}.targetObjectName")
    if not _get(mapping, "enabled", bool, where) and kind == "User":
        # https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes, "Editing group
        # attribute-mappings" (read 2026-11-30): only groups are said to have the switch.
        raise SchemaError(f"{where}.enabled: provisioning of users cannot be disabled, only that of groups")
    for action in _get(mapping, "flowTypes", str, where).split(","):
        if action.strip() not in ACTIONS:
            hint = nearest(action.strip(), ACTIONS) or f"; it must be of {', '.join(ACTIONS)}"
            raise SchemaError(f"{where}.flowTypes: unknown action '{action.strip()}'{hint}")
    try:
        check_scope(mapping.get("scope"), sources[kind], f"{where}.scope")
    except FilterError as error:
        raise SchemaError(str(error)) from error
    matched = False
    for index, entry in enumerate(_get(mapping, "attributeMappings", list, where)):
        place = f"{where}.attributeMappings[{index}]"
        matched |= _check_attribute(entry, sources[kind], targets[target], place)
    if not matched:
        raise SchemaError(
            f"{where}.attributeMappings: '{mapping.get('name')}' has no matching attribute; give one a matchingPriority of 1"
        )
    return kind


def _check_attribute(
    entry: Any, sources: Mapping[str, Document], targets: Mapping[str, Document], where: str
) -> bool:
    """Check one attribute mapping; return whether objects can be matched by it."""
    target = _get(_demand(entry, dict, where), "targetAttributeName", str, where)
    if target == "id":
        raise SchemaError(f"{where}.targetAttributeName: 'id' cannot be the target of a mapping")
    _check_path(target, f"{where}.targetAttributeName")
    _demand_defined(target, targets, "target attribute", f"{where}.targetAttributeName")
    try:
        node = expression_of(entry)
    except ExpressionError as error:
        raise SchemaError(f"{where}.source: of '{target}': {error}") from error
    for name in sorted(attributes_of(node)) if node is not None else ():
        if not is_extension(name):  # the directory's own extensions are discovered, not listed
            _demand_defined(name, sources, "source attribute", f"{where}.source")
    _one_of(entry, "flowType", FLOW_TYPES, where, "Always")
    _one_of(entry, "flowBehavior", FLOW_BEHAVIORS, where, "FlowWhenChanged")
    if is_reference(node) and entry.get("flowType") == "MultiValueAddOnly":
        raise SchemaError(f"{where}.flowType: of '{target}': references are always taken out as well")
    _get(entry, "defaultValue", str | None, where, None)
    matching = _get(entry, "matchingPriority", int, where, 0) > 0
    if matching and isinstance(node, Call) and node.function == "SelectUniqueValue":
        raise SchemaError(f"{where}.source: of '{target}': SelectUniqueValue is for no matching attribute")
    return bool(matching) and not is_reference(node)


def _check_path(target: str, where: str) -> None:
    try:
        path = target_path(target)
    except PathError as error:
        raise SchemaError(f"{where}: {error}") from error
    if path.attribute is None:
        raise SchemaError(f"{where}: '{target}' is a schema; name an attribute of it")
    if path.where is not None and path.sub is None:
        raise SchemaError(f"{where}: '{target}' is a complex value; name an attribute of it, such as value")


def _demand_defined(name: str, definitions: Mapping[str, object], what: str, where: str) -> None:
    if name not in definitions:
        place = "schema" if what == "directory" else "directory's definition in this schema"
        hint = nearest(name, definitions) or f"; define it in the {place} first"
        raise SchemaError(f"{where}: unknown {what} '{name}'{hint}")


def _one_of(holder: Document, name: str, words: tuple[str, ...], where: str, *default: str) -> None:
    value = _get(holder, name, str, where, *default)
    if value not in words:
        raise SchemaError(f"{where}.{name}: must be one of {', '.join(words)}, not '{value}'")


_REQUIRED: Any = object()


def _get(holder: Document, name: str, type_: Any, where: str, default: Any = _REQUIRED) -> Any:
    """Return a member of an object; with a default it may be left out. Raises SchemaError for another type."""
    place = name if where == "schema" else f"{where}.{name}"
    if name not in holder:
        if default is _REQUIRED:
            raise SchemaError(f"{place}: is missing; the schema must have the shape that GET returns")
        return default
    return _demand(holder[name], type_, place)


def _demand(value: Any, type_: Any, where: str) -> Any:
    if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
        kinds = getattr(type_, "__args__", (type_,))
        raise SchemaError(
            f"{where}: must be {' or '.join(_WORDS[kind] for kind in kinds)}, not {_WORDS.get(type(value), 'that')}"
        )
    return value

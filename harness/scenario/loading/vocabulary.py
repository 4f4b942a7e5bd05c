"""Misspelt words of the services: an application of the gallery, an AWS operation, a log's names and codes.

Under `$not` a misspelt word would hold whatever happens: there a word must be in the list, or elsewhere in the file. In other
places, where the expectation would fail anyway, only a word that is nearly one of the list is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any

from harness.base.errors import nearest
from harness.base.quirks import load_table
from harness.scenario.aws_calls import REST, TARGETS
from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.loading.expected import misspelt
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail
from harness.scenario.variables import REFERENCE

_SIGN_IN = (
    "UserAuthentication",
    "ExternalIdPDirectoryLogin",
    "AssumeRoleWithSAML",
    "Authenticate",
    "Federate",
    "ListApplications",
    "CreateExternalIdPConfigurationForDirectory",
    "UpdateExternalIdPConfigurationForDirectory",
)
_AWS_ERRORS = (
    "AccessDeniedException", "AccountNotFoundException", "ConflictException", "ForbiddenException", "InternalServerException",
    "InvalidInputException", "ResourceNotFoundException", "ServiceQuotaExceededException", "ThrottlingException",
    "UnauthorizedException", "ValidationException",
)  # fmt: skip
_OUTCOMES = frozenset({"result", "error", "status"})
# The engine's own codes of skips and failures, beside those of the page.
_REASONS = ("ActionNotAllowed", "NotEffectivelyEntitled", "RedundantExport")
_CODES = ("BadRequest", "CredentialValidationFailure", "ServiceIncompatibleFiltering")
_VALUE_TYPES = ("work", "home", "other", "mobile", "fax", "pager")
# An attribute within the expression of a mapping, in its brackets.
SOURCE = re.compile(r"\[(\w+)\]")
# Short texts are similar by chance.
_SHORTEST = 4


def texts(value: Any, trail: Trail, *, of_lists: bool = False) -> Iterator[tuple[Trail, str]]:
    """Yield each text of an expectation that must equal a whole value, with its place; patterns are left out.

    Below `$contains` a text is a part of a text, but a whole item if the expectation is `of_lists`.
    """
    if isinstance(value, str):
        if not REFERENCE.search(value):
            yield trail, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            whole = not isinstance(inner, str) or (of_lists and trail[-1] != "$contains")
            if key != "$matches" and (key != "$contains" or whole):
                yield from texts(inner, (*trail, key), of_lists=of_lists)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, (*trail, number), of_lists=of_lists)


def may_be_refused(step: Mapping[str, Any]) -> bool:
    """Return whether a step expects a refusal, so that a word unknown to the service may be intended; `$not` expects none."""
    outcomes = [value for key, value in step.get("expect", {}).items() if key in _OUTCOMES]
    return any(not (isinstance(value, dict) and "$not" in value) for value in outcomes)


def innermost(trail: Trail) -> str:
    """Return the nearest key above a value, matchers and lists apart."""
    return next(step for step in reversed(trail) if isinstance(step, str) and step not in MATCHERS)


def misspelt_expectations(
    step: Mapping[str, Any], trail: Trail, root: Node, own: Collection[str]
) -> Iterator[Mistake]:
    """Yield each unknown word under `$not`, and elsewhere each one that is nearly a known word.

    `own` are the texts in the rest of the file, which count as known.
    """
    for name, value in step.get("expect", {}).items():
        for place, text in texts(value, (*trail, "expect", name)):
            key, denied = innermost(place), "$not" in place
            words, is_open = _words_at(name, place)
            if text in own or (words is not None and text in words()):
                continue
            if meant := misspelt(text, words()) if words is not None else None:
                yield Mistake(root.at(place), f"'{key}' is never '{text}'; did you mean '{meant}'?")
            elif words is not None and denied and not is_open:
                hint = nearest(text, words()) or f"; there are: {', '.join(sorted(words()))}"
                yield Mistake(root.at(place), f"'{key}' is never '{text}', so this would always hold{hint}")


def _words_at(expectation: str, place: Trail) -> tuple[Callable[[], Collection[str]] | None, bool]:
    """Return the words for a place, by its last key or last two, and whether other words are possible there."""
    keys = [step for step in place if isinstance(step, str) and step not in MATCHERS]
    name = next((each for each in (".".join(keys[-2:]), keys[-1]) if (expectation, each) in _WORDS), "")
    return _WORDS.get((expectation, name)), (expectation, name) in _OPEN


def denied_texts(data: Mapping[str, Any], world: Any, root: Node) -> Iterator[Mistake]:
    """Yield each text under `$not` that is nearly, but not quite, a text of the file or of its `world`."""
    doubtful = [
        (place, text)
        for number, step in enumerate(data["steps"])
        for name, value in step.get("expect", {}).items()
        for place, text in texts(value, ("steps", number, "expect", name))
        if "$not" in place and len(text) >= _SHORTEST and _words_at(name, place)[0] is None
    ]
    if not doubtful:
        return  # as in most files, whose texts need not be gathered then
    texts_said = {*own_texts(data), *_affirmed(data), *(text for _, text in texts(world, ("",)))}
    for place, text in doubtful:
        if meant := misspelt(text, texts_said):
            message = f"nothing here says '{text}', so this would always hold; did you mean '{meant}'?"
            yield Mistake(root.at(place), message)


def own_texts(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield each text in a file's `given`, in its steps' arguments and in `let`."""
    parts = [value for key, value in data.items() if key != "steps"]
    parts += [value for step in data["steps"] for key, value in step.items() if key != "expect"]
    yield from (text for _, text in texts(parts, ("",)))


def _affirmed(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield each text that a file expects without `$not`."""
    for step in data["steps"]:
        yield from (text for place, text in texts(step.get("expect"), ("",)) if "$not" not in place)


def misspelt_targets(
    step: Mapping[str, Any], trail: Trail, root: Node, own: Collection[str]
) -> Iterator[Mistake]:
    """Yield each attribute of an expected mapping that is nearly one of the target's; `own` are those that the file adds."""
    value, place = step.get("expect", {}).get("mapping"), (*trail, "expect", "mapping")
    while isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in MATCHERS:
        place, value = (*place, next(iter(value))), next(iter(value.values()))
    for key in value if isinstance(value, Mapping) else ():
        if key not in own and not REFERENCE.search(key) and (meant := misspelt(key, target_attributes())):
            yield Mistake(root.key((*place, key)), f"no mapping is called '{key}'; did you mean '{meant}'?")
    for where, text in texts(value, place):
        for name in SOURCE.findall(text):
            if meant := misspelt(name, source_attributes()):
                yield Mistake(root.at(where), f"users have no '{name}'; did you mean '{meant}'?")


def unknown_arguments(step: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    """Yield an application, operation or parameter of a step that its service does not have."""
    adding = step.get("add enterprise application")
    if isinstance(adding, dict) and isinstance(name := adding.get("gallery"), str):
        from harness.azure_ad.applications.gallery import application_templates

        gallery = [each["displayName"] for each in application_templates()]
        if not REFERENCE.search(name) and name not in gallery:
            hint = nearest(name, gallery) or f"; there are: {', '.join(gallery)}"
            place = (*trail, "add enterprise application", "gallery")
            yield Mistake(root.at(place), f"the gallery has no application '{name}'{hint}")
    calling = step.get("aws request")
    if isinstance(calling, dict):
        yield from _call(calling, (*trail, "aws request"), root)


def _call(calling: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    name, service = str(calling.get("operation")), calling.get("service")
    operations = REST.get(str(service)) or _operations().get(str(service))
    if operations is None or REFERENCE.search(name):
        return
    if name not in operations:
        hint = nearest(name, operations) or f"; there are: {', '.join(sorted(operations))}"
        yield Mistake(root.at((*trail, "operation")), f"{service} has no operation '{name}'{hint}")
        return
    parameters = None if service in REST else calling.get("parameters")
    for key in parameters if isinstance(parameters, dict) else ():
        if key not in operations[name] and not REFERENCE.search(key):
            hint = nearest(key, operations[name]) or f"; there are: {', '.join(operations[name])}"
            place = root.key((*trail, "parameters", key))
            yield Mistake(place, f"{name} takes no '{key}'{hint}")


@cache
def _operations() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the parameters of each operation in AWS JSON, by the names that `aws request` has for the services."""
    # Importing them imports the services, which few scenarios need before they run.
    from harness.aws_sso.apis import SERVICES

    return {
        name: {operation: tuple(shape.members) for operation, shape in SERVICES[target].shapes.items()}
        for name, (target, _) in TARGETS.items()
    }


@cache
def target_attributes() -> Collection[str]:
    """Return the attributes of users that the targets' templates have."""
    from harness.azure_ad.mappings.templates import templates

    objects = [each for row in templates().values() for each in row["objects"] if each["source"] == "User"]
    return {attribute["target"] for each in objects for attribute in each["attributes"]}


@cache
def source_attributes() -> Collection[str]:
    """Return the attributes of users that a mapping can read."""
    from harness.azure_ad.mappings.definitions import source_names

    return source_names("User")


class _Events(Collection[str]):
    """The event names of the SCIM endpoint, the console, sign-in and the APIs; the APIs' are imported when needed."""

    def __contains__(self, name: object) -> bool:
        return name in _events() or any(name in operations for operations in _operations().values())

    def __iter__(self) -> Iterator[str]:
        return iter(_events().union(*_operations().values()))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def _events() -> frozenset[str]:
    """Return the event names of others than the APIs."""
    from harness.aws_sso.scim.operations import OPERATIONS

    row = load_table("harness.aws_sso").rows["console-event-names"]
    console = [name for names in row.values.values() for name in names.values()]
    scim = [operation.name for operation in OPERATIONS.values()]
    portal = [name for operations in REST.values() for name in operations]
    return frozenset([*scim, *console, *portal, *_SIGN_IN])


def _activities() -> Collection[str]:
    from harness.azure_ad.portal.log.audits import ACTIVITIES

    return ACTIVITIES


def _codes() -> Collection[str]:
    from harness.azure_ad.provisioning.log.codes import error_codes

    return {
        *(each.code for each in error_codes()),
        *_REASONS,
        *(f"SystemForCrossDomainIdentityManagement{name}" for name in _CODES),
    }


def _reasons() -> Collection[str]:
    return _REASONS


def _value_types() -> Collection[str]:
    return _VALUE_TYPES


def _errors() -> Collection[str]:
    return _AWS_ERRORS


_WORDS: Mapping[tuple[str, str], Callable[[], Collection[str]]] = {
    ("cloudtrail", "eventName"): _Events,
    ("cloudtrail", "errorCode"): _errors,
    ("audit log", "activityDisplayName"): _activities,
    ("provisioning log", "errorCode"): _codes,
    ("provisioning log", "SkipReason"): _reasons,
    ("provisioning log", "modifiedProperties.displayName"): target_attributes,
    ("aws users", "type"): _value_types,
}
# Places where any word is possible.
_OPEN = frozenset({("aws users", "type"), ("provisioning log", "modifiedProperties.displayName")})

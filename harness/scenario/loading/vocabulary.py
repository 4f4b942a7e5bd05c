"""Words of the services that a scenario misspells: an application of the gallery, an AWS operation, a log's names and codes.

In an expectation such a word would never be met, so under `$not` it would hold whatever happens. Only what nearly equals a word of
the list is refused there: no list has each word that a service may come to use. What a step is refused with is its own matter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from harness.base.errors import nearest
from harness.base.quirks import load_table
from harness.scenario.aws_calls import REST, TARGETS
from harness.scenario.comparing.matching import MATCHERS
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
)
# How alike two words are of which one is a misspelling of the other (CreateUsr is one, UpdateUser is not), and in how many
# letters they differ at most: long codes begin alike and mean different things.
_MISSPELT = 0.85
_LETTERS = 3
_AWS_ERRORS = (
    "AccessDeniedException", "ConflictException", "InternalServerException", "ResourceNotFoundException",
    "ServiceQuotaExceededException", "ThrottlingException", "UnauthorizedException", "ValidationException",
)  # fmt: skip


def texts(value: Any, trail: Trail, *, of_lists: bool = False) -> Iterator[tuple[Trail, str]]:
    """Yield each text of an expectation that has to be met whole, with its place; a pattern is none.

    Below `$contains` stands a part of a text, but `of_lists` an item that is whole.
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


def innermost(trail: Trail) -> str:
    """Return the key below which a value stands, whatever matchers and lists are between."""
    return next(step for step in reversed(trail) if isinstance(step, str) and step not in MATCHERS)


def misspelt_expectations(step: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    """Yield each word that nothing says and that nearly equals one that is said."""
    for name, value in step.get("expect", {}).items():
        for place, text in texts(value, (*trail, "expect", name)):
            words = _WORDS.get((name, innermost(place)))
            if words is not None and text not in words():
                for meant in _meant(text, words()):
                    message = f"'{innermost(place)}' is never '{text}'; did you mean '{meant}'?"
                    yield Mistake(root.at(place), message)


def misspelt_targets(
    step: Mapping[str, Any], trail: Trail, root: Node, own: Collection[str]
) -> Iterator[Mistake]:
    """Yield each attribute of an expected mapping that nearly equals one of the target; `own` are those that the file adds."""
    value, place = step.get("expect", {}).get("mapping"), (*trail, "expect", "mapping")
    while isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in MATCHERS:
        place, value = (*place, next(iter(value))), next(iter(value.values()))
    for key in value if isinstance(value, Mapping) else ():
        if key not in own and key not in _targets() and not REFERENCE.search(key):
            for meant in _meant(key, _targets()):
                yield Mistake(
                    root.key((*place, key)), f"no mapping is called '{key}'; did you mean '{meant}'?"
                )


def _meant(word: str, words: Collection[str]) -> list[str]:
    """Return the word that one is a misspelling of, or an empty list."""
    return get_close_matches(word, words, n=1, cutoff=max(_MISSPELT, 1 - _LETTERS / max(len(word), 1)))


def unknown_arguments(step: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    """Yield the application, operation and parameters of a step that its service does not have."""
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
    # What serves them comes with them, and few scenarios need it before they run.
    from harness.aws_sso.apis import SERVICES

    return {
        name: {operation: tuple(shape.members) for operation, shape in SERVICES[target].shapes.items()}
        for name, (target, _) in TARGETS.items()
    }


@cache
def _targets() -> Collection[str]:
    """Return the attributes of users that the targets' templates have."""
    from harness.azure_ad.mappings.templates import templates

    objects = [each for row in templates().values() for each in row["objects"] if each["source"] == "User"]
    return {attribute["target"] for each in objects for attribute in each["attributes"]}


@cache
def _events() -> Collection[str]:
    """Return the event names of the SCIM endpoint, of the console, of sign-in and of the APIs."""
    from harness.aws_sso.scim.operations import OPERATIONS

    row = load_table("harness.aws_sso").rows["console-event-names"]
    console = [name for names in row.values.values() for name in names.values()]
    apis = [name for operations in _operations().values() for name in operations]
    scim = [operation.name for operation in OPERATIONS.values()]
    return {*scim, *console, *apis, *_SIGN_IN}


def _activities() -> Collection[str]:
    from harness.azure_ad.portal.log.audits import ACTIVITIES

    return ACTIVITIES


def _codes() -> Collection[str]:
    from harness.azure_ad.provisioning.log.codes import error_codes

    return {each.code for each in error_codes()}


def _errors() -> Collection[str]:
    return _AWS_ERRORS


_WORDS: Mapping[tuple[str, str], Callable[[], Collection[str]]] = {
    ("cloudtrail", "eventName"): _events,
    ("cloudtrail", "errorCode"): _errors,
    ("audit log", "activityDisplayName"): _activities,
    ("provisioning log", "errorCode"): _codes,
}

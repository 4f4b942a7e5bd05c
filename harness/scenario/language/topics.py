"""Explanations of the whole language: the table of contents, matchers, and names without a page of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from yaml import safe_load

from harness.azure_ad.mappings.filter_operators import OPERATORS
from harness.azure_ad.mappings.templates import templates
from harness.azure_ad.open_questions import open_questions
from harness.scenario import shipped
from harness.scenario.comparing.matching import MATCHERS, Matcher
from harness.scenario.language.codes import code_lines
from harness.scenario.language.schema import schema
from harness.scenario.language.shapes import SHAPES, Expected
from harness.scenario.language.shapes.kinds import Shape
from harness.scenario.language.step_examples import step_example

_DYNAMIC_GROUP = """\
create group:
  displayName: Sales
  groupTypes: [DynamicMembership]
  membershipRule: user.department -eq "Sales"
  membershipRuleProcessingState: "On\""""

_BACKGROUND = """\
background: Ana works here, and provisioning is set up
include: '@connected'
given:
  azure_ad:
    users: [{userPrincipalName: ana@contoso.com, givenName: Ana, surname: Ruiz, displayName: Ana Ruiz}]
steps:
  - assign: {users: [ana@contoso.com]}"""


def contents() -> Iterator[str]:
    """Yield the table of contents: all names that can be explained, by kind."""
    whole = schema()
    yield "harness explain NAME says more of each:"
    kinds: Mapping[str, Any] = {
        "keys of a file": whole["properties"],
        "steps": whole["$defs"]["steps"],
        "expectations": SHAPES,
        "matchers": MATCHERS,
        "topics": TOPICS,
    }
    for kind, names in kinds.items():
        yield ""
        yield kind
        yield from _columns(names)
    yield ""
    yield "quirks"
    yield "  see 'harness quirks'"


def matcher_lines(name: str, matcher: Matcher) -> Iterator[str]:
    yield f"{name} (matcher)"
    yield f"  {matcher.doc}"
    yield f"  takes: {matcher.takes}"
    if matcher.kinds:
        yield f"  holds for: {' or '.join(matcher.kinds)}"
    yield f"  example: {matcher.example}"


def expectation_lines(name: str, expected: Expected) -> Iterator[str]:
    yield f"{name} (expectation)"
    yield f"  {expected.shape.doc}{_choices(expected.shape)}"
    if expected.one_of:
        yield "  A mapping asks for one entry that is like it, a list for all of them in order."
    yield f"  example: {expected.example}"
    yield from shape_lines(expected.shape.items or expected.shape, "    ")


def shape_lines(shape: Shape, indent: str) -> Iterator[str]:
    """Yield a line for each key, followed by its own keys."""
    for name, part in shape.keys.items():
        yield f"{indent}{name}: {part.doc}{_choices(part)}"
        yield from shape_lines(part.items or part, f"{indent}  ")
    if shape.others is not None:
        yield f"{indent}{shape.prefix}…: {shape.others.doc}"


def _choices(shape: Shape) -> str:
    return f" One of: {', '.join(shape.choices)}." if shape.choices else ""


def _columns(names: Mapping[str, Any]) -> Iterator[str]:
    """Yield names in lines of at most 100 characters."""
    line = ""
    for name in names:
        if len(line) + len(name) > 96:
            yield f"  {line},"
            line = ""
        line += f", {name}" if line else name
    yield f"  {line}"


def _matchers() -> Iterator[str]:
    yield "matchers: a mapping whose only key is one of these stands for a value that cannot be written down"
    for name, matcher in MATCHERS.items():
        yield f"  {name}: {matcher.doc} Takes {matcher.takes}."
        yield f"      {matcher.example}"


def _expectations() -> Iterator[str]:
    yield "expectations: what a step can be expected to bring about, below 'expect'"
    for name, expected in SHAPES.items():
        yield f"  {name}: {expected.shape.doc}"
        yield f"      {expected.example}"


def _verbs() -> Iterator[str]:
    yield "verbs: what people do, one a list item of 'steps'"
    for name, definition in schema()["$defs"]["steps"].items():
        yield f"  {name}: {definition['description']}"
        yield f"      {step_example(name)}"


def _mapping_fields() -> Iterator[str]:
    yield "mapping fields: targets that are mapped from the start, by template, with their sources"
    yield "  'edit mapping' changes them; 'delete' takes a target or a plain source."
    yield "  A manager is written as the id that AWS SSO gave; who was sent before the manager is there stays without, until"
    yield "  something of that user changes or provisioning is restarted."
    for name, template in templates().items():
        yield f"  {name}"
        for row in template["objects"][0]["attributes"]:
            yield f"    {row['target']}: {row.get('source', 'mapped from nothing yet')}"


def _scoping_filters() -> Iterator[str]:
    yield "scoping filters: who is synchronized, by properties; all clauses of one filter must hold, or all of another"
    yield "  edit mapping:"
    yield "    source object scope:"
    yield "      - {title: Sales here, clauses: [[department, EQUALS, Sales], [city, IS NOT NULL]]}"
    yield "  Who stops passing is switched off in AWS SSO. Operators, names and values in just this letter case:"
    for name, operator in OPERATORS.items():
        yield f"    {name}{' (takes no value)' if operator.read is None else ''}"


def _open_questions() -> Iterator[str]:
    yield "open questions: what public sources leave open about Azure AD's provisioning, and the quirks that answer it"
    for row in open_questions():
        yield f"  {row.question}"
        if row.quirks:
            yield f"      {', '.join(row.quirks)}"
        if row.reason:
            yield f"      {row.reason}"


def _dynamic_groups() -> Iterator[str]:
    yield "dynamic groups: members follow a rule over the users' properties"
    yield "  In 'create group', and below 'given':"
    yield from (f"    {line}" for line in _DYNAMIC_GROUP.splitlines())
    yield "  Members of one below 'given' are there at once; one that a step makes, or whose users change, looks at them"
    yield "  minutes later: 'harness explain dynamic-group-minutes'. So wait before a cycle is to bring them."


def _backgrounds() -> Iterator[str]:
    yield "backgrounds: setup that scenarios share, in a file with 'background' in the place of 'scenario'"
    yield "  A scenario names it below 'include'; its steps come first, and its people."
    yield from (f"    {line}" for line in _BACKGROUND.splitlines())
    yield "  With the harness come:"
    for file in shipped.backgrounds():
        yield f"    @{file.stem}: {safe_load(file.read_text(encoding='utf-8'))['background']}"


TOPICS: Mapping[str, Callable[[], Iterator[str]]] = {
    "contents": contents,
    "verbs": _verbs,
    "expectations": _expectations,
    "matchers": _matchers,
    "mapping fields": _mapping_fields,
    "scoping filters": _scoping_filters,
    "dynamic groups": _dynamic_groups,
    "backgrounds": _backgrounds,
    "error codes": code_lines,
    "open questions": _open_questions,
}

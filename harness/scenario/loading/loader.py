"""Read, check, expand: the whole way from a file to its `Scenario` records, one a case.

The shape comes from `structure.json`. Checked after the schema, which cannot express them: values of `${names}`, duplicate
users, and `nonsense`: moments, quirks and matchers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.scenario.language.schema import NOT_SUBSTITUTED
from harness.scenario.loading.backgrounds import KEY as BACKGROUND
from harness.scenario.loading.backgrounds import included, together
from harness.scenario.loading.given import Given, twice
from harness.scenario.loading.nonsense import nonsense, unchecked
from harness.scenario.loading.people import nobody
from harness.scenario.loading.records import Scenario, ScenarioFile, Step
from harness.scenario.loading.references import captured_whole, misspelt_columns, unknown_names
from harness.scenario.loading.source import Mistake, Source, read, refuse
from harness.scenario.loading.violations import STEP_KEYS, violations
from harness.scenario.loading.yaml_nodes import Node, of_row, parse
from harness.scenario.variables import NONE, REFERENCE, Variables, substitute

DEFAULT_PROFILE = "identity-center"


def load(path: Path, name: str = "", variables: Variables = NONE) -> ScenarioFile:
    """Read, check and expand a scenario file; messages and ids call it `name`. Raises ScenarioError."""
    source = read(path, name)
    root = parse(source)
    refuse(source, _alone(root))
    refuse(source, violations(root.value, root))
    own = root
    source, root = together(source, root, included(source, root, path))
    rows: list[dict[str, Any]] = root.value.get("cases", [])
    refuse(source, twice(((row["case"], ("cases", n, "case")) for n, row in enumerate(rows)), root, "case"))
    refuse(source, misspelt_columns(rows, root, REFERENCE.findall(source.text)))
    references = _references(source)
    outer = _outer(references, root.value, variables)
    every: list[dict[str, Any] | None] = [{**outer, **substitute(row, outer)} for row in rows] or [
        outer or None
    ]
    given = Given(source, path.parent, root)
    cases = tuple(_expand(source, path, of_row(root, n), row, given) for n, row in enumerate(every))
    refuse(source, unchecked(own.value, own))
    return ScenarioFile(path, cases, frozenset(references))


def _alone(root: Node) -> Iterator[Mistake]:
    """Raise ScenarioError for a background that is to be run by itself."""
    if isinstance(root.value, dict) and BACKGROUND in root.value and "scenario" not in root.value:
        message = "this is a background, which scenarios include; it is not run by itself"
        yield Mistake(root.key((BACKGROUND,)), message)


def _references(source: Source) -> list[str]:
    """Return every name in `${…}` of a file and of what it includes."""
    texts = (source.text, *(each.text for each in source.included))
    return [name for text in texts for name in REFERENCE.findall(text)]


def _outer(references: list[str], data: dict[str, Any], variables: Variables) -> dict[str, str]:
    """Return the variables that a file mentions, without those that its own steps capture."""
    own = {"case", *(name for step in data["steps"] for name in step.get("let", {}))}
    values = variables.names()
    return {name: values[name] for name in references if name in values and name not in own}


def _expand(source: Source, path: Path, root: Node, row: dict[str, Any] | None, given: Given) -> Scenario:
    """Fill in one case and check the result; the table itself was checked before, once for all cases."""
    case = None if row is None or "case" not in row else str(row["case"])
    data = {key: value for key, value in root.value.items() if key != "cases"}
    names: dict[str, Any] = {} if row is None else {**row, "case": case} if case is not None else row
    if names:
        written = data
        data = {
            key: value if key in NOT_SUBSTITUTED else substitute(value, names) for key, value in data.items()
        }
        if data != written:
            refuse(source, violations(data, root), case)
    refuse(source, captured_whole(data, root), case)
    refuse(source, [*unknown_names(data, root, names), *nonsense(data, root)], case)
    world = given.complete(data)
    refuse(source, nobody(data, world, root), case)
    return Scenario(
        id=source.name if case is None else f"{source.name}[{case}]",
        title=data["scenario"],
        location=root.key(("scenario",)),
        source=data.get("source", {}),
        tags=tuple(data.get("tags", [])),
        profile=data.get("profile", DEFAULT_PROFILE),
        seed=data.get("seed"),
        start=data.get("start"),
        description=data.get("description", ""),
        quirks=data.get("quirks", {}),
        given=world,
        schema=given.schema(data),
        case=case,
        steps=tuple(_step(step, root.parts["steps"].parts[n]) for n, step in enumerate(data["steps"])),
        path=path,
        places=root,
    )


def _step(step: dict[str, Any], node: Node) -> Step:
    verb = next(key for key in step if key not in STEP_KEYS)
    arguments = {} if step[verb] is None else step[verb]
    return Step(
        verb=verb,
        arguments=arguments,
        expect=step.get("expect", {}),
        let=step.get("let", {}),
        name=step.get("name", ""),
        location=node.key((verb,)),
        places=node,
    )

"""JUnit XML, the one way it is written here: by runs of scenarios and by certificates.

The elements and attributes are those that build servers read, as https://github.com/testmoapp/junitxml lists them
("JUnit XML format overview", read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from harness.report.writing import legal


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a case did not pass. `kind` is failure, error or skipped; `type` names the sort, `text` tells all."""

    kind: str
    message: str
    type: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `attributes` are further ones, such as file, line and time, and `output` is what it said."""

    classname: str
    name: str
    problem: Problem | None = None
    output: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases under one name; `seconds` None leaves the time out."""

    name: str
    cases: Sequence[Case]
    properties: Mapping[str, str]
    seconds: float | None = None


def render(name: str, suites: Sequence[Suite]) -> str:
    """Write suites as one document, each with counts that add up."""
    every = [case for suite in suites for case in suite.cases]
    timed = [suite.seconds for suite in suites if suite.seconds is not None]
    counts = _counts(every, sum(timed) if timed else None)
    del counts[
        "skipped"
    ]  # Jenkins' schema (xunit-plugin, junit-10.xsd, read 2026-11-29) has it in each suite alone
    root = ET.Element("testsuites", {"name": name, **counts})
    for suite in suites:
        element = ET.SubElement(
            root, "testsuite", {"name": suite.name, **_counts(suite.cases, suite.seconds)}
        )
        properties = ET.SubElement(element, "properties")
        for key, value in suite.properties.items():
            ET.SubElement(properties, "property", {"name": key, "value": legal(value)})
        element.extend(map(_case, suite.cases))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(cases: Sequence[Case], seconds: float | None) -> dict[str, str]:
    kinds = [case.problem.kind for case in cases if case.problem is not None]
    names = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {"tests": str(len(cases)), **{name: str(kinds.count(kind)) for name, kind in names.items()}}
    return counts if seconds is None else {**counts, "time": f"{seconds:.3f}"}


def _case(case: Case) -> ET.Element:
    named = {"classname": legal(case.classname), "name": legal(case.name)}
    element = ET.Element(
        "testcase", {**named, **{key: legal(value) for key, value in case.attributes.items()}}
    )
    if case.problem is not None:
        kind = {"type": case.problem.type} if case.problem.type else {}
        problem = ET.SubElement(element, case.problem.kind, {**kind, "message": legal(case.problem.message)})
        problem.text = legal(case.problem.text) or None
    if case.output:
        ET.SubElement(element, "system-out").text = legal(case.output)
    return element

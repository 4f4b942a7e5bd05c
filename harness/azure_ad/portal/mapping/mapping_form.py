"""Edit Attribute and Add New Mapping: one attribute mapping, saved in the page's draft by OK.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.mappings.expression import Attribute, to_text
from harness.azure_ad.mappings.schema import expression_of
from harness.azure_ad.mappings.templates import attribute_mapping
from harness.azure_ad.portal.mapping.mapping_drafts import Draft, attributes, draft_of, keep
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.pages.listing import entered

_TYPES = ("Direct", "Constant", "Expression")
_FLOWS = {
    "Always": "Always",
    "ObjectAddOnly": "Only during object creation",
    "MultiValueAddOnly": "Only added values",
}
# The form's fields; `edited` is the target attribute of the mapping that is edited, empty for a new one.
_NEW = {
    **dict.fromkeys(("edited", "source", "constant", "expression", "default", "target"), ""),
    "type": "Direct",
    "match": "0",
    "flow": "Always",
}


def add(app: str, which: str) -> str:
    return _form(app, which, draft_of(app, which), _NEW)


def edit(app: str, which: str) -> str:
    draft = draft_of(app, which)
    entry = draft.entry(entered("target"))
    return _form(app, which, draft, _fields(entry))


def accept(app: str, which: str) -> ResponseReturnValue:
    """Save the form's mapping in the draft, in place of the one named by `edited` or as a new one."""
    draft = draft_of(app, which)
    typed = {name: entered(name) for name in _NEW}
    problem = refusal(lambda: _take(draft, typed))
    if problem is not None:
        return _form(app, which, draft, typed, problem), 400
    return redirect(url_for("portal.mappings_table", app=app, which=which, notice="draft"), 303)


def _take(draft: Draft, typed: Mapping[str, str]) -> None:
    """Save the edit in the draft. Raises HarnessError or NotFoundError."""
    present = draft.entry(typed["edited"]) if typed["edited"] else None
    if typed["target"] != typed["edited"] and any(
        e["targetAttributeName"] == typed["target"] for e in draft.entries
    ):
        raise HarnessError(f"The target attribute '{typed['target']}' is mapped already.")
    made = _built(typed)
    if present is None:
        entries = [*draft.entries, made]
    else:
        entries = [{**present, **made} if entry is present else entry for entry in draft.entries]
    keep(draft, {**draft.mapping, "attributeMappings": entries})


def _built(typed: Mapping[str, str]) -> Document:
    """Return Graph's attributeMapping for the form. Raises HarnessError."""
    if typed["type"] not in _TYPES:
        raise HarnessError(f"The mapping type must be one of {', '.join(_TYPES)}.")
    if not (typed["match"].isascii() and typed["match"].isdigit() and len(typed["match"]) < 4):
        raise HarnessError("The matching precedence must be a number: 0 for none, 1 for the first.")
    needed = {"Direct": "source", "Constant": "constant", "Expression": "expression"}[typed["type"]]
    if not typed[needed]:
        raise HarnessError(f"A mapping of type {typed['type']} needs its {needed} field filled in.")
    expression = {"Direct": f"[{typed['source']}]", "Constant": None, "Expression": typed["expression"]}[
        typed["type"]
    ]
    default = typed["constant"] if typed["type"] == "Constant" else typed["default"] or None
    made = attribute_mapping(typed["target"], expression, match=int(typed["match"]), default=default)
    return {**made, "flowType": typed["flow"]}


def _fields(entry: Document) -> dict[str, str]:
    """Return an attribute mapping as the form's fields."""
    node, default = expression_of(entry), entry.get("defaultValue") or ""
    fields = {
        "edited": entry["targetAttributeName"],
        "target": entry["targetAttributeName"],
        "match": str(entry.get("matchingPriority", 0)),
        "flow": entry.get("flowType", "Always"),
    }
    if node is None:
        return {**_NEW, **fields, "type": "Constant", "constant": default}
    if isinstance(node, Attribute):
        return {**_NEW, **fields, "source": node.name, "default": default}
    return {**_NEW, **fields, "type": "Expression", "expression": to_text(node), "default": default}


def _form(app: str, which: str, draft: Draft, typed: Mapping[str, str], problem: str | None = None) -> str:
    sources, targets = attributes(draft)
    return render_template(
        "portal/mapping.html",
        app=current().applications.find(app),
        which=which,
        typed=typed,
        types=_TYPES,
        flows=_FLOWS,
        sources=sources,
        targets=targets,
        problem=problem,
    )


_PATH = "/apps/<app>/provisioning/mappings/<which>"
ROUTES = (
    ("GET", f"{_PATH}/add", add),
    ("GET", f"{_PATH}/edit", edit),
    ("POST", f"{_PATH}/edit", accept),
)

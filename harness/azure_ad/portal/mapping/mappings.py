"""The Attribute Mapping page: the table of one object type's mappings, and Save or Discard.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes (read 2026-11-29).
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.mappings.expression import Attribute, to_text
from harness.azure_ad.mappings.schema import expression_of
from harness.azure_ad.portal.mapping.mapping_drafts import Draft, commit, discard, draft_of, keep
from harness.azure_ad.portal.mapping.scope import scope_words
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import entered

# The check boxes of Target Object Actions, and Graph's words for them.
ACTIONS = (("Create", "Add"), ("Update", "Update"), ("Delete", "Delete"))


def table(app: str, which: str) -> str:
    draft = draft_of(app, which)
    return _table(app, which, draft, draft.mapping)


def save(app: str, which: str) -> ResponseReturnValue:
    """Commit the draft with the page's own switches."""
    draft = draft_of(app, which)
    actions = [graph for _, graph in ACTIONS if graph in request.form.getlist("action")]
    mapping = {
        **draft.mapping,
        "enabled": entered("enabled") != "No",
        "flowTypes": ",".join(actions) or "None",
    }
    problem = refusal(lambda: commit(draft, mapping))
    if problem is not None:
        return _table(app, which, draft, mapping, problem), 400
    return _back(app, which, "mappings")


def drop(app: str, which: str) -> ResponseReturnValue:
    """Delete the draft."""
    discard(draft_of(app, which))
    return _back(app, which, "discarded")


def delete(app: str, which: str) -> ResponseReturnValue:
    draft = draft_of(app, which)
    gone = draft.entry(entered("target"))
    left = [entry for entry in draft.entries if entry is not gone]
    problem = refusal(lambda: keep(draft, {**draft.mapping, "attributeMappings": left}))
    if problem is not None:
        return _table(app, which, draft, draft.mapping, problem), 400
    return _back(app, which, "draft")


def source_words(entry: Document) -> str:
    """Return an attribute mapping's source in words, as in the table's first column."""
    node = expression_of(entry)
    if node is None:
        return f'"{entry["defaultValue"]}"' if entry.get("defaultValue") else ""
    return node.name if isinstance(node, Attribute) else to_text(node)


def _table(app: str, which: str, draft: Draft, mapping: Document, problem: str | None = None) -> str:
    rule = current().engine.schema(draft.job_id)["synchronizationRules"][0]
    return render_template(
        "portal/mappings.html",
        app=current().applications.find(app),
        which=which,
        mapping=mapping,
        scope=scope_words(mapping),
        rows=[(source_words(entry), entry) for entry in draft.entries],
        changed=draft.changed,
        source_name=rule["sourceDirectoryName"],
        target_name=rule["targetDirectoryName"],
        actions=ACTIONS,
        allowed=[word.strip() for word in mapping["flowTypes"].split(",")],
        problem=problem,
    )


def _back(app: str, which: str, notice: str) -> ResponseReturnValue:
    return redirect(url_for("portal.mappings_table", app=app, which=which, notice=notice), 303)


_PATH = "/apps/<app>/provisioning/mappings/<which>"
ROUTES = (
    ("GET", _PATH, table),
    ("POST", _PATH, save),
    ("POST", f"{_PATH}/discard", drop),
    ("POST", f"{_PATH}/delete", delete),
)

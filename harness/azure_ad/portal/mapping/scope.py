"""Source Object Scope: the scoping filters of one object mapping, saved in the page's draft by OK.

A filter has no id in Graph, so the pages identify it by a hash of its content: an outdated page finds no filter, instead of
changing or deleting another one.

Source:
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/define-conditional-rules-for-provisioning-user-accounts
(read 2026-11-29).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct
from msgspec.structs import replace

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.mappings.filter_operators import OPERATORS
from harness.azure_ad.mappings.scoping_filters import SETS, check_scope
from harness.azure_ad.portal.mapping.mapping_drafts import Draft, attributes, draft_of, keep
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.base.json_text import encode
from harness.base.store import Document
from harness.pages.listing import entered

_UNARY = {name for name, operator in OPERATORS.items() if operator.arity == "Unary"}


class _Clause(NamedTuple):
    """A clause as the form has it; `value` is as typed, for a filter compares with the spaces around it."""

    attribute: str
    operator: str
    value: str


class _Typed(Struct, frozen=True):
    """The form: `edited` is the mark of the filter that is edited, empty for a new one; `more` asks for a clause."""

    edited: str = ""
    title: str = ""
    clauses: Sequence[_Clause] = ()
    more: str = ""


def scope_words(mapping: Document) -> str:
    """Return the number of an object mapping's filters in words."""
    count = sum(len(groups) for groups in _sets(mapping).values())
    if not count:
        return "All records"
    return "1 scoping filter" if count == 1 else f"{count} scoping filters"


def listed(app: str, which: str) -> str:
    return _listing(app, which, draft_of(app, which))


def add(app: str, which: str) -> str:
    return _form(app, which, draft_of(app, which), _Typed())


def edit(app: str, which: str) -> str:
    draft = draft_of(app, which)
    mark = entered("filter")
    group = _marked(draft, mark)
    return _form(app, which, draft, _Typed(mark, group.get("name") or "", _clauses(group)))


def accept(app: str, which: str) -> ResponseReturnValue:
    """Save the form in the draft; or answer it with a clause added or removed, and save nothing."""
    draft, typed, without = draft_of(app, which), _typed(), entered("without")
    if without:
        left = [clause for number, clause in enumerate(typed.clauses) if str(number) != without]
        return _form(app, which, draft, replace(typed, clauses=left))
    if typed.more:
        first = next(iter(_operators(draft).get(typed.more, OPERATORS)))
        clauses = [*typed.clauses, _Clause(typed.more, first, "")]
        return _form(app, which, draft, replace(typed, clauses=clauses, more=""), fresh=True)
    if entered("do") == "clause":
        return _form(app, which, draft, typed, "Choose the attribute of the clause to add."), 400
    problem = refusal(lambda: _take(draft, typed))
    if problem is not None:
        return _form(app, which, draft, typed, problem), 400
    return _back(app, which)


def delete(app: str, which: str) -> ResponseReturnValue:
    draft = draft_of(app, which)
    gone = _marked(draft, entered("filter"))
    left = [group for group in _sets(draft.mapping)["groups"] if group is not gone]
    problem = refusal(lambda: _keep(draft, left))
    if problem is not None:
        return _listing(app, which, draft, problem), 400
    return _back(app, which)


def _take(draft: Draft, typed: _Typed) -> None:
    """Save the edit in the draft. Raises HarnessError or NotFoundError."""
    groups = _sets(draft.mapping)["groups"]
    present = _marked(draft, typed.edited) if typed.edited else {}
    for number, clause in enumerate(typed.clauses, 1):
        if clause.operator not in _UNARY and not clause.value:
            raise HarnessError(f"Clause {number}: {clause.operator} needs its attribute value filled in.")
    clauses = [_document(clause) for clause in typed.clauses]
    made = {**present, "name": typed.title or None, "clauses": clauses}
    _keep(draft, [made if group is present else group for group in groups] if present else [*groups, made])


def _keep(draft: Draft, groups: list[Document]) -> None:
    """Save these filters in the draft, in place of those that the portal edits. Raises SchemaError."""
    sets = {**_sets(draft.mapping), "groups": groups}
    scope = {**(draft.mapping.get("scope") or {}), **sets} if any(sets.values()) else None
    keep(draft, {**draft.mapping, "scope": scope})


def _sets(mapping: Document) -> dict[str, list[Document]]:
    scope = mapping.get("scope") or {}
    return {name: scope.get(name) or [] for name in SETS}


def _marked(draft: Draft, mark: str) -> Document:
    """Return the filter with this hash. Raises NotFoundError."""
    for group in _sets(draft.mapping)["groups"]:
        if _mark(group) == mark:
            return group
    raise NotFoundError("This scoping filter is not there any more: it was changed or deleted meanwhile.")


def _mark(group: Document) -> str:
    return hashlib.sha256(encode(group)).hexdigest()[:12]


def _clauses(group: Document) -> list[_Clause]:
    return [
        _Clause(
            clause["sourceOperandName"],
            clause["operatorName"],
            "" if clause["operatorName"] in _UNARY else clause["targetOperand"]["values"][0],
        )
        for clause in group["clauses"]
    ]


def _document(clause: _Clause) -> Document:
    """Return Graph's filterClause."""
    operand = None if clause.operator in _UNARY else {"values": [clause.value]}
    return {
        "operatorName": clause.operator,
        "sourceOperandName": clause.attribute,
        "targetOperand": operand,
    }


def _typed() -> _Typed:
    columns = (request.form.getlist(name) for name in _Clause._fields)
    clauses = [_Clause(*row) for row in zip_longest(*columns, fillvalue="")]
    return _Typed(entered("edited"), entered("title"), clauses, entered("more"))


def _operators(draft: Draft) -> dict[str, list[str]]:
    """Return the operators for each source attribute's type; attributes that no filter may use are left out."""
    definitions, _ = attributes(draft)
    return {
        name: [word for word, operator in OPERATORS.items() if definition["type"] in operator.types]
        for name, definition in definitions.items()
        if _usable(name, definitions)
    }


def _usable(name: str, definitions: Mapping[str, Document]) -> bool:
    scope = {"groups": [{"clauses": [_document(_Clause(name, "IS NOT NULL", ""))]}]}
    return refusal(lambda: check_scope(scope, definitions, "scope")) is None


def _listing(app: str, which: str, draft: Draft, problem: str | None = None) -> str:
    sets = _sets(draft.mapping)
    return render_template(
        "portal/scope.html",
        app=current().applications.find(app),
        which=which,
        mapping=draft.mapping,
        changed=draft.changed,
        filters=[(_mark(group), group.get("name"), _clauses(group)) for group in sets["groups"]],
        others=[
            (name, group.get("name"), _clauses(group))
            for name, groups in sets.items()
            for group in groups
            if name != "groups"
        ],
        problem=problem,
    )


def _form(
    app: str, which: str, draft: Draft, typed: _Typed, problem: str | None = None, *, fresh: bool = False
) -> str:
    """Show the form; with `fresh` its last clause has just been added."""
    fitting = _operators(draft)
    return render_template(
        "portal/scope_filter.html",
        app=current().applications.find(app),
        which=which,
        typed=typed,
        rows=[(clause, _choices(clause, fitting)) for clause in typed.clauses],
        fitting=fitting,
        unary=_UNARY,
        fresh=fresh,
        problem=problem,
    )


def _choices(clause: _Clause, fitting: Mapping[str, list[str]]) -> list[str]:
    """Return the operators to choose from; one that no longer fits is among them until OK refuses it."""
    operators = fitting.get(clause.attribute, [])
    return operators if clause.operator in operators else [*operators, clause.operator]


def _back(app: str, which: str) -> ResponseReturnValue:
    return redirect(url_for("portal.scope_listed", app=app, which=which), 303)


_PATH = "/apps/<app>/provisioning/mappings/<which>/scope"
ROUTES = (
    ("GET", _PATH, listed),
    ("GET", f"{_PATH}/add", add),
    ("GET", f"{_PATH}/edit", edit),
    ("POST", f"{_PATH}/edit", accept),
    ("POST", f"{_PATH}/delete", delete),
)

"""The page of snapshots, in both portals: take, restore, compare and delete them."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.base.errors import HarnessError
from harness.pages.addresses import way_back
from harness.pages.instruments import Instruments, Kept, instruments, present_instruments
from harness.pages.routes import Route

NOTICES = {
    "taken": "The snapshot is taken.",
    "restored": "Both sides, the clock and chance are what they were.",
    "deleted": "The snapshot is deleted.",
}


def shown() -> ResponseReturnValue:
    """List the snapshots; with `from`, and perhaps `to`, also their differences."""
    first, second = request.args.get("from", ""), request.args.get("to", "")
    present, problem, changes = instruments(), None, None
    try:
        if first:
            changes = [change.document() for change in present.snapshots.compare(first, second or None)]
    except HarnessError as error:
        problem = str(error)
    return _page(present, problem, first=first, second=second, changes=changes)


def take() -> ResponseReturnValue:
    """Take one by the name that was typed."""
    present = instruments()
    try:
        present.snapshots.take(request.form.get("name", "").strip())
    except HarnessError as error:
        return _page(present, str(error)), 400
    return redirect(url_for("pages.rewinding_shown", notice="taken"), 303)


def restore() -> ResponseReturnValue:
    """Restore one; then return to the button's page, or to the list."""
    present = instruments()
    try:
        present.snapshots.restore(request.form.get("name", ""))
    except HarnessError as error:
        return _page(present, str(error)), 400
    return redirect(
        way_back(request.form.get("back", ""), url_for("pages.rewinding_shown", notice="restored")), 303
    )


def delete() -> ResponseReturnValue:
    present = instruments()
    try:
        present.snapshots.delete(request.form.get("name", ""))
    except HarnessError as error:
        return _page(present, str(error)), 400
    return redirect(url_for("pages.rewinding_shown", notice="deleted"), 303)


def before_last_cycle() -> Kept | None:
    """Return the snapshot of before the last cycle that had something to do, if the world has one."""
    present = present_instruments()
    notes = present.snapshots.all() if present else ()
    return next((note for note in reversed(notes) if note.cycle), None)


def _page(
    present: Instruments,
    problem: str | None,
    *,
    first: str = "",
    second: str = "",
    changes: list[dict[str, str]] | None = None,
) -> str:
    return render_template(
        "pages/snapshots.html",
        snapshots=present.snapshots.all(),
        unreadable=present.snapshots.unreadable(),
        before_cycles=present.snapshots.takes_before_cycles,
        first=first,
        second=second,
        changes=changes,
        problem=problem,
        notice=NOTICES.get(request.args.get("notice", "")),
    )


ROUTES: tuple[Route, ...] = (
    ("GET", "/snapshots", shown),
    ("POST", "/snapshots", take),
    ("POST", "/snapshots/restore", restore),
    ("POST", "/snapshots/delete", delete),
)

"""Why a user or a group is, or is not, in an application's target, and what the next cycle will do: in words, as `harness why`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import render_template

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.portal.directory.provisioned import PAGES
from harness.azure_ad.portal.jobs.provisioning import demand_job
from harness.azure_ad.provisioning.why.advice import why_with_advice
from harness.azure_ad.provisioning.why.sections import sections
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document
from harness.pages.surroundings import account_of, event_of

_MOST_MEMBERS = 100  # of a group's that are on one side alone; a page must not take longer than people wait
# The titles of the answer's parts, in the order of the page.
_TITLES = {
    "next": "The next cycle",
    "scope": "Is it in scope?",
    "match": "What is it matched with?",
    "members": "Its members",
    "waiting": "Does anything wait?",
    "who": "Who is it?",
}

_NAMES = ("who", "match")


class _Part(NamedTuple):
    title: str
    lines: list[str]


class _Attempt(NamedTuple):
    """A log entry as a digest (`digest.py`), under a title."""

    title: str
    entry: Document


def shown(app: str, kind: str, key: str) -> str:
    """Show the engine's answer about an object, part by part. Raises NotFoundError."""
    if kind not in PAGES:
        raise NotFoundError(f"There are users and groups, and no '{kind}'.")
    tenant = current()
    job, session = tenant.engine.inspect(demand_job(app).id)
    schema = tenant.engine.schema(job.id)
    account = why_with_advice(
        session,
        job,
        kind,
        key,
        schema=schema,
        event_of=event_of,
        account_of=account_of,
        most_members=_MOST_MEMBERS,
    )
    lines = {section.name: section.lines for section in sections(account, iso(tenant.clock.now()))}
    return render_template(
        "portal/why.html",
        app=tenant.applications.find(app),
        kind=kind,
        subject=account["user" if kind == "User" else "group"],
        back=PAGES[kind],
        account=account,
        parts=[_Part(title, _begun(name, lines[name])) for name, title in _TITLES.items() if name in lines],
        attempts=list(_attempts(account)),
    )


def _begun(name: str, lines: list[str]) -> list[str]:
    """Return lines with a capital at the beginning, unless they begin with a name, whose case stays."""
    return lines if name in _NAMES else [f"{line[:1].upper()}{line[1:]}" for line in lines]


def _attempts(account: Document) -> Iterator[_Attempt]:
    """Yield the last log entry, and the last one with a request if that is another."""
    last, sent = account["last"], account["lastSent"]
    if last:
        yield _Attempt("What happened last", last)
    if sent and sent != last:
        yield _Attempt("What was sent last", sent)


ROUTES = (("GET", "/apps/<app>/provisioning/why/<kind>/<key>", shown),)

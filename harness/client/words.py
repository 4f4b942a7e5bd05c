"""What the commands print: a job, its log, a step and a why, each as plain lines. Pure functions over JSON values.

Moments are shown in UTC to the second, with how long that is from the harness's own now.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain, repeat
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from harness.azure_ad.provisioning.digest import digest
from harness.base.clock import from_iso

_LABEL, _INDENT, _WIDTH, _LONGEST = 12, "    ", 100, 600
_OF_EXECUTION = (("countImported", "looked at"), ("countExported", "sent"), ("countEscrowed", "failed"))
_RESOURCE = re.compile(r"/(?:Users|Groups)(?:[/?].*)?\Z", re.DOTALL)
# Between the status of an answer and its body stand its headers, which tell nobody anything.
_HEADERS = re.compile(r"Response Headers: .*?(?=Response Content: )", re.DOTALL)
# What AWS SSO answers to whatever it does not like; only CloudTrail's event has the reason.
_OPAQUE = "Request is unparsable, syntactically incorrect, or violates schema."
_REASON_IS_THERE = "AWS SSO tells the reason in CloudTrail's event history alone"
_MEND = {
    "SystemForCrossDomainIdentityManagementCredentialValidationFailure": (
        "the secret token is refused: save a valid one under Edit provisioning, then Restart provisioning"
    ),
    "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable": (
        "no usable answer from the tenant URL: look whether its server runs, and at the address"
    ),
    "SystemForCrossDomainIdentityManagementServiceIncompatible": (
        "what answers is no SCIM server: compare the tenant URL with the SCIM endpoint of AWS SSO"
    ),
}
_SETS = {
    "groups": "scoping filter",
    "inputFilterGroups": "input filter",
    "categoryFilterGroups": "category filter",
}


def status_lines(job: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """Word a job: `job` as Graph shows it, `told` as the control API's `job` does."""
    status, now = job["status"], told["now"]
    on = job["schedule"]["state"] == "Active"
    lines = [_row("state", f"{status['code']}, schedule {'on' if on else 'off'}"), _row("now", _moment(now))]
    if status["progress"]:
        (progress,) = status["progress"]
        lines.append(_row("under way", f"{progress['completedUnits']} of {progress['totalUnits']} objects"))
    lines.append(_row("last cycle", _execution(status["lastExecution"])))
    nobody = "none; the schedule is off" if not on else "none"
    lines.append(_row("next cycle", _when(told["next"], now) if told["next"] else nobody))
    counts = [f"{entry['value']} {entry['key']}" for entry in status["synchronizedEntryCountByType"]]
    lines.append(_row("connected", ", ".join(counts) or "nobody"))
    waiting = told["retries"]
    objects = "1 object waits" if waiting["count"] == 1 else f"{waiting['count']} objects wait"
    after = f"{objects}; the first is due {_when(waiting['nextTry'], now)}" if waiting["count"] else "none"
    lines.append(_row("retries", after))
    if status["escrowsPruned"]:
        lines.append(_row("pruned", "too many failed in the initial cycle; mend them, then start the job"))
    quarantine = status["quarantine"]
    if quarantine:
        lines += _quarantine(quarantine, now, on=on)
    return lines


def log_lines(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Word entries of the provisioning log, one line for each and two more where something failed."""
    for entry in entries:
        yield from _told(digest(entry))


def step_lines(step: dict[str, Any], *, bodies: bool = False) -> Iterator[str]:
    """Word what one step sent, what it logged, and how far the cycle is."""
    for exchange in step["exchanges"] or ():
        outcome = exchange["error"] if exchange["status"] is None else exchange["status"]
        yield f"{exchange['method']:<6} {_path(exchange['url'])}  ->  {outcome}"
        for sign, body in ((">", exchange["body"]), ("<", exchange["answer"])) if bodies else ():
            if body:
                yield f"{_INDENT}{sign} {body.strip()}"
    yield from log_lines(step["entries"])
    if not step["entries"]:
        yield "nothing was logged"
    status = step["job"]["status"]
    if not step["ended"]:
        (progress,) = status["progress"]
        count = f"{progress['completedUnits']} of {progress['totalUnits']} objects"
        phase = " (users and groups are done)" if step["phase"] not in ("User", "Group") else ""
        yield f"{count}{phase}; the cycle goes on with the next step"
    elif status["quarantine"]:
        yield f"the cycle was cut off: {_cut(status['quarantine']['error']['message'])}"
    else:
        yield f"the cycle is done: {_execution(status['lastExecution'])}"


def why_lines(told: dict[str, Any], now: str) -> list[str]:
    """Word why somebody is, or is not, in the target."""
    lines = [*textwrap.wrap(told["summary"], _WIDTH), "", _row("who", _who(told["user"]))]
    if told["user"]["state"] == "present":
        lines += _scope(told["scope"])
    lines += _match(told["match"])
    for label, name in (("last", "last"), ("last sent", "lastSent")):
        entry = told[name]
        if entry and (name == "last" or entry != told["last"]):
            lines += map(_row, chain((label,), repeat("")), _told(entry))
    if not told["last"]:
        lines.append(_row("last", "nothing in the provisioning log"))
    lines += _rows("waits", _waiting(told["waiting"], now) or ["nothing"])
    after = told["next"]
    when = _when(after["at"], now) if after["at"] else "when the job is started"
    because = f" ({after['because']})" if after["because"] else ""
    lines += _rows("next cycle", [f"{when}{because}", after["says"]])
    job = told["job"]
    lines.append(_row("job", f"{job['state']}, schedule {'on' if job['schedule'] == 'Active' else 'off'}"))
    if job["quarantine"]:
        quarantine = job["quarantine"]
        since = f"in quarantine since {_moment(quarantine['since'])}: {_cut(quarantine['message'])}"
        lines += _rows("", [since, *_mend(quarantine["code"])])
    return lines


def _quarantine(quarantine: dict[str, Any], now: str, *, on: bool) -> list[str]:
    error = quarantine["error"]
    after = _when(quarantine["nextAttempt"], now) if on else "none; the schedule is off"
    return _rows(
        "quarantine",
        [
            f"since {_moment(quarantine['currentBegan'])}, failed {_times(quarantine['seriesCount'])} in a row",
            *dict.fromkeys((quarantine["reason"], error["code"])),
            _cut(error["message"]),
            *_mend(error["code"]),
            f"next attempt {after}",
        ],
    )


def _execution(execution: dict[str, Any] | None) -> str:
    if execution is None:
        return "none yet"
    counts = ", ".join(f"{execution[name]} {words}" for name, words in _OF_EXECUTION)
    return f"{execution['state']}, {_moment(execution['timeBegan'])} to {_moment(execution['timeEnded'])}: {counts}"


def _told(entry: dict[str, Any]) -> Iterator[str]:
    """Word a digest."""
    outcome = f"{entry['status']} {entry['code']}" if entry["code"] else entry["status"]
    yield f"{_moment(entry['at'])}  {entry['action']:<6}  {entry['who']}  {outcome}"
    if entry["status"] != "failure":
        return
    request = f"{entry['request']}: " if entry["request"] else ""
    yield from _wrapped(_cut(f"{request}{entry['cause']}"), _INDENT, _INDENT)
    if (entry["cause"] or "").endswith(_OPAQUE):
        yield f"{_INDENT}{_REASON_IS_THERE}"
    if entry["nextAttempt"]:
        retried = f"retried {_times(entry['retries'])}" if entry["retries"] else "not retried yet"
        yield f"{_INDENT}{retried}; next try {_moment(entry['nextAttempt'])}"


def _who(user: dict[str, Any]) -> str:
    state = {"present": "in the directory", "gone": "gone from the directory"}.get(user["state"])
    if state is None:
        state = f"deleted {_moment(user['deletedAt'])}, gone for good {_moment(user['purgedAt'])}"
    return f"{user['userPrincipalName']} ({user['id']}), {state}"


def _scope(scope: dict[str, Any]) -> list[str]:
    ways = ["everybody is in scope (SyncAll)"] if scope["syncAll"] else []
    ways += ["assigned directly"] if scope["assignedDirectly"] else []
    ways += [
        f"member of the assigned group '{group['displayName']}'"
        for group in scope["groups"]
        if group["bringsMembers"]
    ]
    told = [f"{'in' if scope['inScope'] else 'out of'} scope: {'; '.join(ways) or 'not assigned'}"]
    for group in scope["groups"]:
        if group["assigned"] and not group["securityEnabled"]:
            told.append(
                f"the assigned group '{group['displayName']}' is not security enabled and brings nobody"
            )
        elif not group["bringsMembers"] and group["nestedInAssigned"]:
            outer = "', '".join(group["nestedInAssigned"])
            told.append(f"'{group['displayName']}' is nested in the assigned '{outer}', which brings nobody")
    if not scope["accountEnabled"]:
        told.append("the account is disabled")
    for group in scope["filters"]:
        named = f" '{group['group']}'" if group["group"] else ""
        for clause in group["clauses"]:
            value = "no value" if clause["value"] is None else f"the value is '{clause['value']}'"
            told.append(
                f"{_SETS[group['set']]}{named}: {clause['clause']} is {str(clause['passed']).lower()}, {value}"
            )
    return _rows("scope", told)


def _match(match: dict[str, Any]) -> list[str]:
    told = [f"{each['attribute']} = {each['value'] or 'no value'}" for each in match["by"]]
    if match["problem"]:
        told.append(match["problem"])
    if match["targetId"] is None:
        told.append(f"not connected to an account in {match['target']}")
    else:
        created = (
            f"created {_moment(match['createdAt'])}"
            if match["createdAt"]
            else "found there, or created long ago"
        )
        managed = "" if match["managed"] else ", no longer managed"
        told.append(f"account {match['targetId']} in {match['target']}, {created}{managed}")
    return _rows("match", told)


def _waiting(waiting: dict[str, Any], now: str) -> list[str]:
    told, escrow, manager = [], waiting["escrow"], waiting["manager"]
    if escrow:
        what = "its references" if escrow["ofReferences"] else "the object"
        told.append(
            f"{what} failed {_times(escrow['attempts'])} since {_moment(escrow['since'])}; "
            f"the first cycle from {_when(escrow['nextTry'], now)} tries again"
        )
        told.append(f"given up after {_moment(escrow['givenUpAfter'])}")
    if waiting["heldBack"]:
        told.append("its disable or delete is held back, for there would be too many in one cycle")
    if waiting["references"]:
        told.append("its manager is to be sent")
    if manager and not manager["sent"]:
        unknown = "" if manager["connected"] else ", who has no account there"
        told.append(f"its manager {manager['userPrincipalName']} is not sent{unknown}")
    return told


def _path(url: str) -> str:
    """Return what follows the SCIM base address, decoded: `/Users?filter=userName eq "ana@contoso.com"`."""
    parts = urlsplit(url)
    path = unquote_plus(parts.path + (f"?{parts.query}" if parts.query else ""))
    found = _RESOURCE.search(path)
    return found[0] if found else path


def _row(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _rows(label: str, texts: Iterable[str]) -> list[str]:
    """Put texts behind one label, each wrapped under itself."""
    lines: list[str] = []
    for text in texts:
        indent = " " * _LABEL
        first = indent if lines else f"{label:<{_LABEL}}"
        lines += _wrapped(text, first, f"{indent}  ")
    return lines


def _mend(code: str) -> list[str]:
    return [_MEND[code]] if code in _MEND else []


def _wrapped(text: str, first: str, others: str) -> list[str]:
    """Wrap at blanks alone: an address or an id is for copying."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _moment(text: str) -> str:
    return text.replace("T", " ")[:19]


def _when(text: str, now: str) -> str:
    away = from_iso(text) - from_iso(now)
    return f"{_moment(text)} ({f'in {_span(away)}' if away > timedelta() else 'now'})"


def _span(span: timedelta) -> str:
    """Write a span in its two largest units: `6h`, `1d 2h`, `39m 12s`."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "less than 1s"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _cut(text: str) -> str:
    flat = " ".join(_HEADERS.sub("", text).split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"

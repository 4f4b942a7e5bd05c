"""What `harness job` prints: a job, its log and a step, each as plain lines. Pure functions over JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from harness.azure_ad.provisioning.log.digest import digest
from harness.base.clock import from_iso
from harness.base.wording import moment, times, when
from harness.client.layout import INDENT, cut, row, rows, wrapped
from harness.remedies.sentences import explanation

_OF_EXECUTION = (("countImported", "looked at"), ("countExported", "sent"), ("countEscrowed", "failed"))
# What AWS SSO answers to whatever it does not like; only CloudTrail's event has the reason.
_OPAQUE = "Request is unparsable, syntactically incorrect, or violates schema."
_REASON_IS_THERE = "AWS SSO tells the reason in CloudTrail's event history alone"
_RESOURCE = re.compile(r"/(?:Users|Groups)(?:[/?].*)?\Z", re.DOTALL)


def status_lines(job: dict[str, Any], served: dict[str, Any]) -> list[str]:
    """Word a job: `job` as Graph shows it, `served` as the control API's `job` does."""
    status, now = job["status"], served["now"]
    on = job["schedule"]["state"] == "Active"
    lines = [row("state", f"{status['code']}, schedule {'on' if on else 'off'}"), row("now", moment(now))]
    if status["progress"]:
        (progress,) = status["progress"]
        lines.append(row("under way", f"{progress['completedUnits']} of {progress['totalUnits']} objects"))
    lines.append(row("last cycle", _execution(status["lastExecution"])))
    nobody = "none; the schedule is off" if not on else "none"
    lines.append(row("next cycle", when(served["next"], now) if served["next"] else nobody))
    counts = [f"{entry['value']} {entry['key']}" for entry in status["synchronizedEntryCountByType"]]
    lines.append(row("connected", ", ".join(counts) or "nobody"))
    waiting = served["retries"]
    objects = "1 object waits" if waiting["count"] == 1 else f"{waiting['count']} objects wait"
    after = f"{objects}; the first is due {when(waiting['nextTry'], now)}" if waiting["count"] else "none"
    lines.append(row("retries", after))
    if status["escrowsPruned"]:
        lines.append(row("pruned", "too many failed in the initial cycle; mend them, then start the job"))
    quarantine = status["quarantine"]
    if quarantine:
        lines += _quarantine(quarantine, now, on=on)
    process = served.get("process", {})
    if process.get("leads") is not None:
        runs = "it runs the cycles" if process["leads"] else "another one runs the cycles"
        lines.append(row("process", f"{process['pid']} answered; {runs}"))
    if served.get("missing"):
        lines += rows("data", [served["missing"]])
    return lines


def log_lines(entries: Iterable[dict[str, Any]], now: str | None = None) -> Iterator[str]:
    """Word entries of the provisioning log, one line for each and two more where something failed; `now` is the job's time."""
    for entry in entries:
        yield from entry_lines(digest(entry), now)


def entry_lines(entry: dict[str, Any], now: str | None = None) -> Iterator[str]:
    """Word a digest; a next try before `now` is under way or over."""
    outcome = f"{entry['status']} {entry['code']}" if entry["code"] else entry["status"]
    yield f"{moment(entry['at'])}  {entry['action']:<6}  {entry['who']}  {outcome}"
    if entry["status"] != "failure":
        return
    request = f"{entry['request']}: " if entry["request"] else ""
    yield from wrapped(cut(f"{request}{entry['cause']}"), INDENT, INDENT)
    if (entry["cause"] or "").endswith(_OPAQUE):
        yield f"{INDENT}{_REASON_IS_THERE}"
    if entry["nextAttempt"]:
        retried = f"retried {times(entry['retries'])}" if entry["retries"] else "not retried yet"
        is_due = now is not None and from_iso(entry["nextAttempt"]) <= from_iso(now)
        next_try = "when this was logged; the next try was due" if is_due else "; next try"
        yield f"{INDENT}{retried}{' ' if is_due else ''}{next_try} {moment(entry['nextAttempt'])}"


def step_lines(step: dict[str, Any], *, bodies: bool = False) -> Iterator[str]:
    """Word what one step sent, what it logged, and how far the cycle is."""
    for exchange in step["exchanges"] or ():
        outcome = exchange["error"] if exchange["status"] is None else exchange["status"]
        yield f"{exchange['method']:<6} {_path(exchange['url'])}  ->  {outcome}"
        for sign, body in ((">", exchange["body"]), ("<", exchange["answer"])) if bodies else ():
            if body:
                yield f"{INDENT}{sign} {body.strip()}"
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
        yield f"the cycle was cut off: {cut(status['quarantine']['error']['message'])}"
    else:
        yield f"the cycle is done: {_execution(status['lastExecution'])}"


def advice_lines(advice: dict[str, Any]) -> list[str]:
    """Write what `why` ends with: the cause, what AWS logged, the mappings, what to do, where it can be seen."""
    event = advice["event"]
    logged = (
        event
        and f"{event['name']} {moment(event['at'])}: {event['message'] or event['code']} (event {event['id']})"
    )
    return [
        *rows("cause", [advice["cause"]]),
        *(rows("cloudtrail", [logged]) if logged else []),
        *rows("mapping", [f"{each['source']} -> {each['target']}" for each in advice["mappings"]]),
        *rows("to do", [advice["remedy"]]),
        *rows("source", [advice["source"]]),
        *rows("seen in", advice["scenarios"]),
    ]


def mend(code: str) -> list[str]:
    """Return what is to be done about an error code, if the table of sentences knows it."""
    words = explanation(code)
    return [words.remedy] if words else []


def _quarantine(quarantine: dict[str, Any], now: str, *, on: bool) -> list[str]:
    error = quarantine["error"]
    after = when(quarantine["nextAttempt"], now) if on else "none; the schedule is off"
    return rows(
        "quarantine",
        [
            f"since {moment(quarantine['currentBegan'])}, failed {times(quarantine['seriesCount'])} in a row",
            *dict.fromkeys((quarantine["reason"], error["code"])),
            cut(error["message"]),
            *mend(error["code"]),
            f"next attempt {after}",
        ],
    )


def _execution(execution: dict[str, Any] | None) -> str:
    if execution is None:
        return "none yet"
    counts = ", ".join(f"{execution[name]} {words}" for name, words in _OF_EXECUTION)
    return f"{execution['state']}, {moment(execution['timeBegan'])} to {moment(execution['timeEnded'])}: {counts}"


def _path(url: str) -> str:
    """Return what follows the SCIM base address, decoded: `/Users?filter=userName eq "ana@contoso.com"`."""
    parts = urlsplit(url)
    path = unquote_plus(parts.path + (f"?{parts.query}" if parts.query else ""))
    match = _RESOURCE.search(path)
    return match[0] if match else path


def agreement_lines(agreement: dict[str, Any]) -> Iterator[str]:
    """Write what `/_harness/agreement` says: waiting differences apart from wrong ones."""
    if agreement["agree"]:
        users, groups = agreement["inScope"]["User"], agreement["inScope"]["Group"]
        yield f"both sides agree; in scope: users {users}, groups {groups}"
        return
    if agreement["problem"]:
        yield agreement["problem"]
        return
    for title, waiting in (("wrong", False), ("waiting for a cycle", True)):
        those = [each for each in agreement["differences"] if each["waiting"] is waiting]
        if those:
            yield f"{title}: {len(those)}"
            yield from (f"  {_difference(each)}" for each in those)


def _difference(each: dict[str, Any]) -> str:
    if not each["attribute"]:
        return f"{each['whose']}: {each['kind']}; {each['reason']}"
    held = f"'{each['actual']}'" if each["actual"] else "nothing"
    wanted = f"'{each['wanted']}'" if each["wanted"] else "nothing"
    return f"{each['whose']}: {each['kind']}, {each['attribute']} is {held} instead of {wanted}; {each['reason']}"

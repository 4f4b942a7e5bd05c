"""What a client's runs did to people who were there judged: nobody is lost, and what changed in the source arrives.

Sources, both read 2026-11: https://github.com/awslabs/ssosync/issues (users deleted after an answer that was not whole), and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/accidental-deletions (why a client stops before it deletes
many). That an empty source is no reason to delete everybody is inferred, so that rule is optional.
"""

from __future__ import annotations

from harness.certification.client.objections import listed
from harness.certification.client.sources.people import People
from harness.certification.client.traffic import (
    BROKEN,
    CHANGED,
    CUT,
    EMPTIED,
    FIRST,
    RECOVERED,
    ROTATED,
    SECOND,
    UNAVAILABLE,
    Directory,
    Traffic,
)
from harness.certification.outcomes import FailedError, SkippedError

_NO_SOURCE = (
    "the harness does not see where the client reads people from, and cannot {verb} it; --source FILE, or --source azure-ad, "
    "makes one"
)


def nothing_lost(traffic: Traffic) -> None:
    before = traffic.runs[FIRST].after
    for run in (SECOND, ROTATED):
        if run in traffic.runs:
            _require_all(f"after the {run} run, though nothing had changed", before, traffic.runs[run].after)


def cut_answers(traffic: Traffic) -> None:
    if RECOVERED not in traffic.runs:
        raise SkippedError("no run had answers that were cut off")
    wanted = traffic.runs[FIRST].after.facts()
    for run in (CUT, RECOVERED):
        more = sorted(traffic.runs[run].after.facts() - wanted)
        if more:
            raise FailedError(f"after the {run} run there is, unlike without cut answers: {listed(more)}")
    recovered = traffic.runs[RECOVERED]
    if recovered.trouble:
        raise FailedError(f"run again after answers had been cut off, the command {recovered.trouble}")
    missing = sorted(wanted - recovered.after.facts())
    if missing:
        raise FailedError(f"run again after answers had been cut off, there is no {listed(missing)}")


def changes_arrive(traffic: Traffic) -> None:
    source = traffic.source
    if source is None or CHANGED not in traffic.runs:
        raise SkippedError(_NO_SOURCE.format(verb="change"))
    run = traffic.runs[CHANGED]
    if run.trouble:
        raise FailedError(f"with a source that had changed, the command {run.trouble}")
    wrong = [*_wrong_users(source.before, source.after, run.after), *_wrong_members(source.after, run.after)]
    if wrong:
        raise FailedError(f"after the {CHANGED} run, {listed(wrong)}")


def nothing_deleted_after_a_broken_source(traffic: Traffic) -> None:
    if BROKEN not in traffic.runs:
        raise SkippedError(_NO_SOURCE.format(verb="break"))
    before = traffic.runs[CHANGED].after
    _require_all("after a run with half of the source", before, traffic.runs[BROKEN].after)
    if UNAVAILABLE in traffic.runs:
        before, after = traffic.runs[BROKEN].after, traffic.runs[UNAVAILABLE].after
        _require_all("after a run whose source was not to be had", before, after)


def nothing_deleted_after_an_empty_source(traffic: Traffic) -> None:
    if EMPTIED not in traffic.runs:
        raise SkippedError(_NO_SOURCE.format(verb="empty"))
    before, after = traffic.runs[UNAVAILABLE].after, traffic.runs[EMPTIED].after
    _require_all("after a run with an empty source", before, after)


def _require_all(when: str, before: Directory, after: Directory) -> None:
    """Raise FailedError unless all people, enabled as they were, all groups and all members are there."""
    lost = sorted(before.facts() - after.facts())
    disabled = [f"user {name}" for name in sorted(after.disabled - before.disabled)]
    if lost or disabled:
        reasons = [f"there is no {listed(lost)}"] * bool(lost) + [f"disabled is {listed(disabled)}"] * bool(
            disabled
        )
        raise FailedError(f"{when}, {'; '.join(reasons)}")


def _wrong_users(before: People, after: People, directory: Directory) -> list[str]:
    there = set(directory.users.values())
    enabled = there - directory.disabled
    wrong = []
    for person in after.users:
        name = person.user_name
        if person.active and name not in there:
            wrong.append(f"{name} is missing")
        elif person.active and name not in enabled:
            wrong.append(f"{name} is disabled, though active in the source")
        elif not person.active and name in enabled:
            wrong.append(f"{name} is enabled, though disabled in the source")
        elif person.active and directory.display_names[name] != person.display_name:
            wrong.append(f"{name} is named {directory.display_names[name]} instead of {person.display_name}")
    stayed = {each.user_name for each in after.users}
    gone = [each.user_name for each in before.users if each.user_name not in stayed]
    return wrong + [f"{name} is enabled, though gone from the source" for name in gone if name in enabled]


def _wrong_members(after: People, directory: Directory) -> list[str]:
    """Compare the members who are active: whoever is disabled may stay in a group."""
    active = {each.user_name for each in after.users if each.active}
    members = dict(directory.groups.values())
    wrong = []
    for group, names in after.groups.items():
        there = members.get(group)
        if there is None:
            wrong.append(f"group {group} is missing")
            continue
        wrong += [f"{name} is no member of {group}" for name in sorted((names - there) & active)]
        wrong += [f"{name} is still a member of {group}" for name in sorted((there - names) & active)]
    return wrong

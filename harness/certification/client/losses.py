"""Judging what a client's runs did to the people who were there: nobody is lost, and what changed in the source arrives.

Sources: https://github.com/awslabs/ssosync/issues/194, description of 2024-05-06 (users deleted after an answer that was not
whole; read 2026-11-30), and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/accidental-deletions, "Configure accidental deletion prevention"
(why a client stops before it deletes many; read 2026-11-29). That an empty source is no reason to delete everybody is inferred,
and that a run without its source ends with another code than 0: these rules are optional.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.certification.client.objections import listed, object_to
from harness.certification.client.sources.people import People, Person
from harness.certification.client.traffic import (
    BROKEN,
    CHANGED,
    CUT,
    EMPTIED,
    FIRST,
    HINDERED,
    RECOVERED,
    ROTATED,
    SECOND,
    THROTTLED,
    UNAVAILABLE,
    WRITES,
    Call,
    Details,
    Directory,
    Run,
    Traffic,
)
from harness.certification.outcomes import FailedError, SkippedError

_UNCHANGED = (FIRST, SECOND, THROTTLED, CUT, RECOVERED, HINDERED, ROTATED)
_NO_SOURCE = (
    "the harness does not see where the client reads people from, and cannot {verb} it; --source FILE, or --source azure-ad, "
    "makes one"
)


def nothing_lost(traffic: Traffic) -> None:
    """Judge the directory after the runs in which nothing had changed, and what was taken away in any of them.

    Who is deleted and created again in the same run has lost the accounts that were assigned.
    """
    if ROTATED not in traffic.runs:
        raise SkippedError("the first run failed")
    before = traffic.runs[FIRST].after
    for run in (SECOND, ROTATED):
        _require_all(f"after the {run} run, though nothing had changed", before, traffic.runs[run].after)
    before, after = traffic.runs[THROTTLED].after, traffic.runs[HINDERED].after
    _require_all(f"after the {HINDERED} run, whose reads were refused and cut off,", before, after)
    calls = [call for run in _UNCHANGED if run in traffic.runs for call in traffic.runs[run].calls]
    taking = [call for call in calls if _takes_away(call, traffic.runs[call.run].after, before)]
    object_to(taking, lambda _: "takes away, though nothing had changed")


def _takes_away(call: Call, after: Directory, first: Directory) -> bool:
    """Tell whether a call deleted somebody or a group, disabled somebody, or removed a member."""
    if call.status >= 300 or call.operation not in WRITES:
        return False
    disabling = call.disables() and after.users.get(call.key) not in first.disabled
    return (
        call.operation in ("DeleteUser", "DeleteGroup")
        or disabling
        or any(op == "remove" for op, _ in call.memberships())
    )


def cut_answers(traffic: Traffic) -> None:
    if RECOVERED not in traffic.runs:
        raise SkippedError("no run had answers that were cut off")
    facts = traffic.runs[FIRST].after.facts()
    for run in (CUT, RECOVERED):
        more = sorted(traffic.runs[run].after.facts() - facts)
        if more:
            raise FailedError(f"after the {run} run there is, unlike without cut answers: {listed(more)}")
    recovered = traffic.runs[RECOVERED]
    if recovered.trouble:
        raise FailedError(f"run again after answers had been cut off, the command {recovered.trouble}")
    missing = sorted(facts - recovered.after.facts())
    if missing:
        raise FailedError(f"run again after answers had been cut off, there is no {listed(missing)}")


def changes_arrive(traffic: Traffic) -> None:
    source = traffic.source
    if source is None or CHANGED not in traffic.runs:
        raise SkippedError(_NO_SOURCE.format(verb="change"))
    run = traffic.runs[CHANGED]
    if run.trouble:
        raise FailedError(f"with a source that had changed, the command {run.trouble}")
    wrong = [
        *_wrong_users(source.before, source.after, run.after),
        *_lost_addresses(traffic.runs[ROTATED].after, run.after),
        *_wrong_members(source.before, source.after, run.after),
        *_made_anew(traffic.runs[ROTATED].after, run.after),
    ]
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


def trouble_is_told(traffic: Traffic) -> None:
    """Judge the runs whose source was broken and that wrote nothing: who was told of it. What writes is judged elsewhere."""
    if BROKEN not in traffic.runs:
        raise SkippedError(_NO_SOURCE.format(verb="break"))
    runs = {"half of the source": BROKEN, "a source that was not to be had": UNAVAILABLE}
    silent = [what for what, name in runs.items() if name in traffic.runs and _is_silent(traffic.runs[name])]
    if silent:
        raise FailedError(f"with {' and with '.join(silent)}, the command ended with 0, as if all were well")


def _is_silent(run: Run) -> bool:
    return not run.trouble and not any(call.operation in WRITES for call in run.calls)


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
    """Compare who is there; user names compare without regard to case, as AWS SSO does it.

    Who is disabled has to be there: a client that deletes takes away what was assigned, which no enabling brings back.
    """
    there = {name.lower(): name for name in directory.users.values()}
    enabled = there.keys() - {name.lower() for name in directory.disabled}
    were_active = {each.key for each in before.users if each.active}
    wrong = []
    for person in after.users:
        name, key = person.user_name, person.key
        if person.active and key not in there:
            wrong.append(f"{name} is missing")
        elif person.active and key not in enabled:
            wrong.append(f"{name} is disabled, though active in the source")
        elif not person.active and key in enabled:
            wrong.append(f"{name} is enabled, though disabled in the source")
        elif not person.active and key not in there and key in were_active:
            wrong.append(f"{name} was deleted, though only disabled in the source")
        elif person.active:
            wrong += _wrong_details(person, directory.details[there[key]])
    gone = [each for each in before.users if each.key not in {one.key for one in after.users}]
    return wrong + [
        f"{each.user_name} is enabled, though gone from the source" for each in gone if each.key in enabled
    ]


def _wrong_details(person: Person, details: Details) -> list[str]:
    """Compare names and address; AWS SSO wants no address, so one that is left out is not missed."""
    pairs = (
        ("is named", details.display_name, person.display_name),
        ("has the given name", details.given_name, person.given_name),
        ("has the family name", details.family_name, person.family_name),
        ("has the address", (details.email or person.user_name).lower(), person.key),
    )
    return [
        f"{person.user_name} {what} {detail} instead of {right_detail}"
        for what, detail, right_detail in pairs
        if detail != right_detail
    ]


def _lost_addresses(before: Directory, after: Directory) -> list[str]:
    """Name the people who have lost their e-mail address: a client that replaces a user has to send the address again."""
    had = {name.lower() for name, details in before.details.items() if details.email}
    lost = [name for name, details in after.details.items() if name.lower() in had and not details.email]
    return [f"{name} has lost the address" for name in sorted(lost)]


def _made_anew(before: Directory, after: Directory) -> list[str]:
    """Name the people and groups that have another id than before: what was assigned to the old one is lost."""
    return [
        *_other_ids(before.users, after.users),
        *_other_ids(
            {key: f"group {name}" for key, (name, _) in before.groups.items()},
            {key: f"group {name}" for key, (name, _) in after.groups.items()},
        ),
    ]


def _other_ids(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Name what has another id than before; both arguments map ids to names."""
    ids = {name.lower(): key for key, name in before.items()}
    anew = [name for key, name in after.items() if ids.get(name.lower(), key) != key]
    return [f"{name} was deleted and created anew" for name in sorted(anew)]


def _wrong_members(before: People, after: People, directory: Directory) -> list[str]:
    """Compare the members who are active: whoever is disabled may stay in a group. A group that is gone may stay empty."""
    active = {each.key for each in after.users if each.active}
    members = {name: {each.lower() for each in there} for name, there in directory.groups.values()}
    wrong = []
    for group, names in after.groups.items():
        there, right_members = members.get(group), {each.lower() for each in names}
        if there is None:
            wrong.append(f"group {group} is missing")
            continue
        wrong += [f"{name} is no member of {group}" for name in sorted((right_members - there) & active)]
        wrong += [f"{name} is still a member of {group}" for name in sorted((there - right_members) & active)]
    gone = [group for group in before.groups if group not in after.groups and members.get(group)]
    return wrong + [f"group {group} has members, though gone from the source" for group in gone]

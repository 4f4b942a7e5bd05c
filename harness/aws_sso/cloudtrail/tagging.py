"""The tags by which events are looked up: name, source, subjects, error, request, resource, access key, read-only or not.

Names of people are compared in any case, as sign-in pages do. A SCIM call's line has few tags, for most lines are SCIM calls:
its name implies source and read-only, and nearly all have the same token as their access key (`lookup.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.aws_sso.cloudtrail.hiding import HIDDEN

REFUSED = "refused"
_FAILURE = "Failure"
# Members that name a user or group, wherever in an event they stand, in whatever case.
_SUBJECTS = frozenset(
    {"id", "userid", "groupid", "groupids", "memberid", "principalid", "username", "rolesessionname"}
)


def named(name: str) -> str:
    return f"eventName={name.casefold()}"


def from_source(source: str) -> str:
    return f"eventSource={source}"


def about(subject: str) -> str:
    return f"about={subject.casefold()}"


def of_request(request_id: str) -> str:
    return f"requestID={request_id}"


def with_key(access_key: str) -> str:
    return f"accessKeyId={access_key}"


def read_only(shown: str) -> str:
    """Return the tag of read-only events (`true`) or of all others (`false`)."""
    return f"readOnly={shown}"


def of_resource(member: str, value: str) -> str:
    """Return the tag of a resource's `type` or `ARN`."""
    return f"resource.{member}={value}"


def failed(event: Mapping[str, Any]) -> bool:
    """Return whether an event is of a failed sign-in: it has no error code, but its answer says `Failure`."""
    answer = event.get("responseElements")
    return isinstance(answer, Mapping) and _FAILURE in answer.values()


def tags_of_event(event: Mapping[str, Any]) -> list[str]:
    tags = [named(event["eventName"]), from_source(event["eventSource"])]
    tags += map(about, subjects_of(event))
    tags.append(read_only("true" if event["readOnly"] else "false"))
    if event["userIdentity"].get("accessKeyId"):
        tags.append(with_key(event["userIdentity"]["accessKeyId"]))
    if "errorCode" in event:
        tags += [REFUSED, of_request(event["requestID"])]
    elif failed(event):
        tags.append(REFUSED)
    for resource in event.get("resources", ()):
        tags += [of_resource(member, resource[member]) for member in ("type", "ARN") if member in resource]
    return tags


def subjects_of(event: Mapping[str, Any]) -> set[str]:
    """Return the ids and names of the users and groups that an event is by or about, casefolded."""
    return {text.casefold() for text in _subjects(event)}


def _subjects(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name.casefold() in _SUBJECTS:
                texts = item if isinstance(item, list) else [item]
                yield from (text for text in texts if isinstance(text, str) and text != HIDDEN)
            if not isinstance(item, str):
                yield from _subjects(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _subjects(item)

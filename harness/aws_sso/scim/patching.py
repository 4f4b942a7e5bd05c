"""AWS SSO's PATCH: it takes less than RFC 7644, section 3.5.2, and only some paths.

Imitates patchuser.html and patchgroup.html of https://docs.aws.amazon.com/singlesignon/latest/developerguide/
(Constraints, read 2026-11-29; the second in the edition of docs.amazonaws.cn); the texts are those of captured
refusals, named in `quirks.yaml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from msgspec import Struct

from harness.aws_sso import rules
from harness.aws_sso.attributes import PATCHABLE
from harness.aws_sso.refusals import INVALID, Refused
from harness.base.quirks import Quirks
from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import Path, PathError, get, key_of, parse_path, read, remove, write

Attributes = dict[str, Any]
_OPS = frozenset({"add", "replace", "remove"})
_LISTS = frozenset({"emails", "addresses", "phonenumbers", "roles"})
_ONCE = ("username", "active")
_LONGEST_PATH = 512
_ONE_ATTRIBUTE = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying'
    " a single attribute."
)


class Change(Struct, frozen=True):
    """One operation of a PATCH. `value` None removes the value at the path."""

    op: str
    path: Path
    value: Any

    @property
    def target(self) -> str:
        return (self.path.attribute or "").lower()


class Membership(Struct, frozen=True):
    """A change to a group's members; with `op` replace these users become all of its members."""

    op: str
    user_ids: list[str]


def changes(body: Any, quirks: Quirks) -> list[Change]:
    """Read a PatchOp message. Raises Refused (ValidationException)."""
    operations = get(body, "Operations") if isinstance(body, dict) else None
    if not isinstance(operations, list) or not operations:
        raise Refused(INVALID)
    changes = [_change(operation, quirks) for operation in operations]
    counted = Counter(change.target for change in changes if change.path.schema is None)
    if any(counted[name] > 1 for name in _ONCE):
        raise Refused(INVALID)
    return changes


def _change(operation: Any, quirks: Quirks) -> Change:
    op = get(operation, "op") if isinstance(operation, dict) else None
    if isinstance(op, str) and quirks["patch-op-in-any-case"]:
        op = op.lower()
    if not isinstance(op, str) or op not in _OPS:
        raise Refused(INVALID)
    path, value = get(operation, "path"), get(operation, "value")
    if path is None:
        path, value = _single_attribute(op, value, quirks)
    elif op != "remove" and key_of(operation, "value") not in operation:
        raise Refused(INVALID)
    return Change(op, _path(path), value)


def _single_attribute(op: str, value: Any, quirks: Quirks) -> tuple[str, Any]:
    """Return path and value of an operation without a path, whose value must have one attribute besides `id`."""
    if op == "remove":
        raise Refused(INVALID, "Missing path in PATCH request")
    if not isinstance(value, dict):
        raise Refused(INVALID)
    attributes = [(name, item) for name, item in value.items() if name.lower() not in ("id", "schemas")]
    if not attributes or (len(attributes) > 1 and quirks["pathless-patch-single-attribute"]):
        raise Refused(INVALID, _ONE_ATTRIBUTE)
    return attributes[0]


def _path(text: Any) -> Path:
    if not isinstance(text, str) or len(text) > _LONGEST_PATH:
        raise Refused(INVALID)
    try:
        path = parse_path(text)
    except PathError as error:
        raise Refused(INVALID) from error
    if any(term.operator != "eq" for term in path.where or ()):
        raise Refused(INVALID)
    return path


def patched_user(stored: Attributes, changes: Sequence[Change], quirks: Quirks) -> Attributes:
    """Return a user's attributes after all changes. Raises Refused (ValidationException)."""
    attributes = deepcopy(stored)
    for change in changes:
        _check_user_target(change, quirks)
        if change.op == "remove" or change.value is None:
            if change.target in _ONCE or not (change.op == "remove" or quirks["patch-null-clears"]):
                raise Refused(INVALID)
            remove(attributes, change.path)
        elif change.path.where is not None:
            _write_element(attributes, change, quirks)
        else:
            _write(attributes, change)
    renamed = any(change.target == "username" for change in changes)
    return rules.user(attributes, quirks, spaced=not renamed, emails_given=_gives_emails(stored, changes))


def _gives_emails(stored: Attributes, changes: Sequence[Change]) -> bool:
    """Return whether changes set a whole e-mail or its `primary`, and not just another part of an existing one."""
    return "emails" not in stored or any(
        change.target == "emails" and (change.path.sub or "primary").lower() == "primary"
        for change in changes
    )


def _check_user_target(change: Change, quirks: Quirks) -> None:
    path = change.path
    if path.schema is not None:
        allowed = path.schema == ENTERPRISE_USER
    else:
        allowed = change.target in PATCHABLE or (change.target == "roles" and quirks["patch-roles"])
    if not allowed or (path.where is not None and (change.target not in _LISTS or path.schema is not None)):
        raise Refused(INVALID)


def _write_element(attributes: Attributes, change: Change, quirks: Quirks) -> None:
    """Set a list element that a filter selects, or a part of it; without such an element, add one."""
    if change.path.sub is None and not isinstance(change.value, dict):
        raise Refused(INVALID)
    before = len(get(attributes, change.target) or ())
    write(attributes, change.path, change.value)
    elements = get(attributes, change.target)
    if change.target == "emails" and len(elements) > before and quirks["patched-email-becomes-primary"]:
        elements[-1].setdefault("primary", True)


def _write(attributes: Attributes, change: Change) -> None:
    path, value = change.path, change.value
    present = read(attributes, path)
    if path.sub is None and path.schema is None and change.target in _LISTS:
        sent = value if isinstance(value, list) else [value]
        elements = present if change.op == "add" and isinstance(present, list) else []
        write(attributes, path, elements + [element for element in sent if element not in elements])
    elif isinstance(present, dict) and isinstance(value, dict):
        present.update({key_of(present, name): item for name, item in value.items()})
    elif path.attribute is None and not isinstance(value, dict):
        raise Refused(INVALID)
    else:
        write(attributes, path, value)


def patched_group(
    stored: Attributes, changes: Sequence[Change], quirks: Quirks
) -> tuple[Attributes, list[Membership]]:
    """Return a group's attributes after all changes, and the changes to its members, in order."""
    attributes = deepcopy(stored)
    memberships = []
    for change in changes:
        if change.target == "members" and change.path.schema is None:
            memberships.append(_membership(change, quirks))
        elif change.target in ("displayname", "externalid") and change.path == Path(
            None, change.path.attribute
        ):
            if change.op == "remove" or (change.value is None and quirks["patch-null-clears"]):
                remove(attributes, change.path)
            elif change.value is None:
                raise Refused(INVALID)
            else:
                write(attributes, change.path, change.value)
        else:
            raise Refused(INVALID)
    if sum(len(each.user_ids) for each in memberships) > quirks["membership-changes-per-request"]:
        raise Refused(INVALID)
    return attributes, memberships


def _membership(change: Change, quirks: Quirks) -> Membership:
    where = change.path.where
    if change.path.sub is not None:
        raise Refused(INVALID)
    if where is not None:
        term = where[0]
        picks_one = len(where) == 1 and term.attribute.lower() == "value" and isinstance(term.value, str)
        if change.op != "remove" or not picks_one or not quirks["filtered-member-removal"]:
            raise Refused(INVALID)
        return Membership("remove", [str(term.value)])
    if change.op == "replace" and not quirks["replace-members"]:
        raise Refused(INVALID, "Replacing group memberships is not supported.")
    if change.op == "remove" and not change.value and quirks["replace-members"]:
        return Membership("replace", [])
    user_ids = rules.member_ids(change.value, quirks)
    if change.op == "remove" and not user_ids:
        raise Refused(INVALID)
    return Membership(change.op, user_ids)

"""RFC 7644 on what a PUT leaves out: parts of what it sends are gone; what is no part of the user, the memberships, stays.

Source: RFC 7644, 3.5.1, and RFC 7643, 4.1.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_members,
    require_status,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_full_user, new_group, new_user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS
from harness.certification.suites.rfc7644.claims import need_groups
from harness.scim.names import CORE_USER, ENTERPRISE_USER

_COST_CENTER = f"{ENTERPRISE_USER}:costCenter"
_SUFFIX, _HOME = "name.honorificSuffix", 'emails[type eq "home"].value'


def _parts(bench: Bench) -> None:
    """The name and the list of addresses are sent, so their values are the new ones alone."""
    path, made = new_full_user(bench)
    before = bench.endpoint.get(path)
    if value(before, _SUFFIX) is None and value(before, _HOME) is None:
        raise SkippedError(f"the server keeps neither {_SUFFIX} nor {_HOME}")
    names = {name: each for name, each in made["name"].items() if name != "honorificSuffix"}
    work = [each for each in made["emails"] if each["type"] == "work"]
    _put(bench, path, {**made, "name": names, "emails": work})
    values = {
        _SUFFIX: None,
        _HOME: None,
        "name.givenName": names["givenName"],
        WORK_ADDRESS: work[0]["value"],
    }
    values = {name: each for name, each in values.items() if value(before, name) is not None}
    label = f"GET {path} after PUT without the suffix and the home address"
    require_values(label, bench.endpoint.get(path), values)


def _defaults(bench: Bench) -> None:
    work = {"department": "Sales", "costCenter": "4711"}
    path, made = new_user(bench, schemas=[CORE_USER, ENTERPRISE_USER], **{ENTERPRISE_USER: work})
    body: Document = {
        **{name: each for name, each in made.items() if name != "active"},
        ENTERPRISE_USER: {"department": "Sales"},
    }
    _put(bench, path, body)
    there = bench.endpoint.get(path)
    require(
        value(there, "active") is not False,
        f"GET {path} after PUT without active: active is false, though nobody disabled the user; "
        "leave it as it was, or make true the default",
    )
    values = {"userName": made["userName"], _COST_CENTER: None}
    require_values(f"GET {path} after PUT without {_COST_CENTER}", there, values)


def _memberships(bench: Bench) -> None:
    need_groups(bench)
    path, made = new_user(bench)
    group, _ = new_group(bench, made)
    if not objects(bench.endpoint.get(group).get("members")):
        raise SkippedError(f"GET {group} shows no member, which 7643 4.2 group tells")
    _put(bench, path, {**made, "displayName": "Changed"})
    label = f"GET {group}, whose member was changed by PUT without groups, which are not the user's to set"
    require_members(label, bench.endpoint.get(group), [made["id"]])


def _put(bench: Bench, path: str, body: Document) -> None:
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, body), 200, 201)


CHECKS = (
    Check(
        "3.5.1 put parts",
        "RFC 7644 3.5.1: PUT replaces name and emails as a whole: a part and an address that it leaves out are gone",
        _parts,
    ),
    Check(
        "3.5.1 put defaults",
        "RFC 7644 3.5.1: an extension's attribute that PUT leaves out is gone (MAY), and nobody is disabled by leaving active "
        "out (it follows; not said)",
        _defaults,
        mandatory=False,
    ),
    Check(
        "3.5.1 put and memberships",
        "RFC 7644 3.5.1 and RFC 7643 4.1.2: a user's groups are readOnly, so PUT of the user leaves the groups' members",
        _memberships,
    ),
)

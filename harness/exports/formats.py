"""The formats of exports, recognised by the names in a file's first rows; the first row of the table that fits counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Format:
    """`kind` is what is made of its rows; `names` are lower-case keys, of which one set must be there whole."""

    kind: str
    label: str
    names: tuple[frozenset[str], ...]


def _format(kind: str, label: str, *names: str) -> Format:
    return Format(kind, label, tuple(frozenset(each.split(",")) for each in names))


FORMATS = (
    _format("log", "provisioning log (Azure Monitor's stream)", "category,operationname,properties"),
    _format("log", "provisioning log (Log Analytics)", "resulttype,changeid,sourceidentity"),
    _format("log", "provisioning log", "provisioningsteps", "changeid,cycleid"),
    _format("log", "provisioning log (CSV of the portal)", "change id,status,source id"),
    _format("log part", "provisioning log of the portal, steps or changes", "change id"),
    _format("trail", "CloudTrail events", "eventsource,eventname", "event source,event name"),
    _format("trail", "CloudTrail events (lookup-events)", "cloudtrailevent"),
    _format("trail", "CloudTrail event (EventBridge)", "detail-type,detail"),
    _format("schema", "synchronization schema", "synchronizationrules"),
    _format("schema", "synchronization template or job", "schema,id"),
    _format("job", "synchronization job", "templateid,status", "schedule,status,synchronizationjobsettings"),
    _format("assignments", "app role assignments", "principalid,principaltype"),
    _format(
        "accounts", "users of AWS (identitystore)", "userid,username", "userid,identitystoreid,displayname"
    ),
    _format("memberships", "group memberships of AWS", "membershipid,memberid"),
    _format("aws groups", "groups of AWS", "groupid,identitystoreid"),
    _format("accounts", "users of AWS (SCIM)", "schemas,username"),
    _format("aws groups", "groups of AWS (SCIM)", "schemas,displayname"),
    _format("people", "users of Entra ID", "userprincipalname", "user principal name"),
    _format(
        "groups",
        "groups of Entra ID",
        "displayname,securityenabled",
        "displayname,grouptype",
        "displayname,grouptypes",
    ),
)
OFFER = (
    "known are: users of Entra ID (portal CSV, Graph, az, PowerShell), the provisioning log (JSON or CSV), the "
    "synchronization schema (JSON), app role assignments, CloudTrail events, and users of AWS (aws identitystore list-users)"
)


def recognise(keys: Iterable[str]) -> Format | None:
    """Return the format whose names are all among a row's keys, None where none fits."""
    lowered = {key.lower() for key in keys}
    return next((each for each in FORMATS if any(names <= lowered for names in each.names)), None)


def foreigner(rows: Sequence[Mapping[str, Any]]) -> str:
    """Describe a file of no known format by its first rows: a service's error message, or the names in it."""
    error = rows[0].get("error") if rows else None
    if isinstance(error, dict) and error.get("code"):
        return (
            f"an error that a service answered ({error['code']}), not what it was asked for; export it again"
        )
    return f"not an export that is known (it has {', '.join(list(rows[0])[:8]) if rows else 'no rows'})"

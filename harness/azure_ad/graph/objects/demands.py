"""What Graph requires of users and groups in its requests; scenario files may leave it out.

What is required: https://learn.microsoft.com/en-us/graph/api/user-post-users and …/group-post-groups, "Request body" (read
2026-11-29); that the domain must be a verified one is said there, too. The pages print no sentences; `refusals` says who
reported them.
"""

from __future__ import annotations

from harness.azure_ad.graph.objects.domains import initial_domain, verified_domains
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.tenant import current
from harness.base.store import Document

_REQUIRED = {
    "User": ("accountEnabled", "displayName", "mailNickname", "userPrincipalName"),
    "Group": ("displayName", "mailEnabled", "mailNickname", "securityEnabled"),
}


def completed(kind: str, properties: Document) -> Document:
    """Return a new user or group once it has all required properties. Raises ODataError 400.

    A customer's account, with `identities`, needs no userPrincipalName: it gets a random one (user-post-users, "Request
    body", on B2C identities; the form of that name is inferred).
    """
    if kind == "User" and properties.get("identities") and not properties.get("userPrincipalName"):
        name = current().ids.uuid()
        return {
            "accountEnabled": True,
            "mailNickname": name,
            **properties,
            "userPrincipalName": f"{name}@{initial_domain()}",
        }
    _demand(kind, properties)
    return properties


def _demand(kind: str, properties: Document) -> None:
    profile = properties.get("passwordProfile")
    if kind == "User" and not (isinstance(profile, dict) and profile.get("password")):
        raise refusals.PASSWORD_NEEDED.error()
    for name in _REQUIRED[kind]:
        if properties.get(name) in (None, ""):
            raise refusals.VALUE_NEEDED.error(name=name, resource=kind)
    demand_verified_domain(properties)
    if kind == "Group":
        demand_mail_setting({}, properties)


def demand_verified_domain(properties: Document) -> None:
    """Demand that a userPrincipalName, if there is one, is of a domain of this organization. Raises ODataError 400."""
    name = properties.get("userPrincipalName")
    if isinstance(name, str) and "@" in name and name.rpartition("@")[2].lower() not in verified_domains():
        raise refusals.DOMAIN_REFUSED.error()


def demand_mail_setting(group: Document, changes: Document) -> None:
    """Demand that a group is a Microsoft 365 group where it gets mail, or no security. Raises ODataError 400.

    Other groups made by a scenario file stay as they are until a request changes these properties.
    """
    if {"mailEnabled", "securityEnabled", "groupTypes"}.isdisjoint(changes):
        return
    after = {**group, **changes}
    if "Unified" not in (after.get("groupTypes") or ()) and (
        after["mailEnabled"] or not after["securityEnabled"]
    ):
        raise refusals.MAIL_ENABLED_REFUSED.error()

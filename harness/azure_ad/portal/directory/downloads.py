"""Download users and Download groups: everybody as CSV, in the columns that the portal's files have.

The columns of users are those of a file that somebody published, https://y-security.de/news-en/microsoft-azure-portal-csv-injection
(read 2026-11); its texts were not kept from being formulas, these are. Those of groups are nowhere public; these are the names of
Microsoft's script, https://learn.microsoft.com/en-us/entra/fundamentals/bulk-operations-service-limitations, "Bulk download all
groups" (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from harness.azure_ad.portal.files import attached_csv
from harness.azure_ad.tenant import Tenant, current
from harness.base.clock import from_iso

# Columns that are properties by another name; of several values the first.
_PROPERTIES = {
    "telephoneNumber": "businessPhones",
    "alternateEmailAddress": "otherMails",
    "directorySynced": "onPremisesSyncEnabled",
    "invitationState": "externalUserState",
}
USERS = (
    "userPrincipalName", "displayName", "surname", "mail", "givenName", "id", "userType", "jobTitle", "department",
    "accountEnabled", "usageLocation", "streetAddress", "state", "country", "officeLocation", "city", "postalCode",
    "telephoneNumber", "mobilePhone", "alternateEmailAddress", "ageGroup", "consentProvidedForMinor",
    "legalAgeGroupClassification", "companyName", "creationType", "directorySynced", "invitationState", "identityIssuer",
    "createdDateTime",
)  # fmt: skip
GROUPS = ("Id", "DisplayName", "Mail", "GroupType", "MembershipType")


def users() -> Response:
    return attached_csv(USERS, _users(current()), "exportUsers.csv")


def groups() -> Response:
    return attached_csv(GROUPS, _groups(current()), "exportGroups.csv")


def _users(tenant: Tenant) -> Iterator[list[Any]]:
    domain = tenant.settings.domain
    for user in tenant.directory.scan("User"):
        cells = {**user, "identityIssuer": domain, "createdDateTime": _moment(user["createdDateTime"])}
        yield [_first(cells.get(_PROPERTIES.get(column, column))) for column in USERS]


def _groups(tenant: Tenant) -> Iterator[list[Any]]:
    for group in tenant.directory.scan("Group"):
        types = group.get("groupTypes") or []
        kind = "Security" if group.get("securityEnabled", True) else "Distribution"
        membership = "Dynamic" if "DynamicMembership" in types else "Assigned"
        kind = "Microsoft 365" if "Unified" in types else kind
        yield [group["id"], group["displayName"], group.get("mail"), kind, membership]


def _first(value: Any) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


def _moment(text: str) -> str:
    """Write `8/19/2025 1:25:31 PM`, as the portal does for the English of the United States."""
    at = from_iso(text)
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S %p}"


ROUTES = (
    ("GET", "/users/download/csv", users),
    ("GET", "/groups/download/csv", groups),
)

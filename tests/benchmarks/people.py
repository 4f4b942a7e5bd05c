"""Whom every benchmark is about: the same person, in the directory and in a request."""

from __future__ import annotations


def person(number: int) -> dict[str, object]:
    """Return a user as the directory takes it."""
    return {
        "userPrincipalName": f"p{number}@contoso.com", "displayName": f"Person {number}", "givenName": "Person",
        "surname": str(number), "mail": f"p{number}@contoso.com", "jobTitle": "Engineer", "department": "Platform",
        "city": "Seattle", "country": "USA", "telephoneNumber": "+1 425 555 0100",
    }  # fmt: skip


def scim_user(number: int) -> dict[str, object]:
    """Return a user as a SCIM server takes it."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": str(number),
        "userName": f"p{number}@contoso.com", "name": {"familyName": str(number), "givenName": "Person"},
        "displayName": f"Person {number}", "active": True,
        "emails": [{"value": f"p{number}@contoso.com", "type": "work", "primary": True}],
    }  # fmt: skip

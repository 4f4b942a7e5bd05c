"""Values for what a job maps, told apart by a word that nobody has: one when it is created, another when it is changed.

profileUrl: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
Initialization_Workflow.json, Build_SCIM_User_Body, and SCIMTests_Workflow.json, Select_Update_Patch_Ops (read 2026-11-29 at
2ead7d6 of the fork himanshusainig/SCIMReferenceCode).
Limits of properties: https://learn.microsoft.com/en-us/graph/api/resources/user and …/group, "Properties" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping

DOMAIN = "contoso.com"
_ADDRESS = ("{word}@{domain}", "{word}@{domain}")
_COUNTRY, _POSTAL_CODE = ("US", "FR"), ("98052", "75001")
_LANGUAGE = ("en-US", "fr-FR")
# Target attributes, and properties of Graph, that only some texts are right for; in lower case.
_FITTING: Mapping[str, tuple[str, str]] = {
    "addresses.country": _COUNTRY,
    "addresses.postalcode": _POSTAL_CODE,
    "addresses.region": ("WA", "IDF"),
    "businessphones": ("+1 425 555 0100", "+1 425 555 0200"),
    "country": _COUNTRY,
    "emails.value": _ADDRESS,
    "employeeid": ("{word}", "{word}"),  # 16 characters at most
    "faxnumber": ("+1 425 555 0102", "+1 425 555 0202"),
    "locale": _LANGUAGE,
    "mail": _ADDRESS,
    "mobilephone": ("+1 425 555 0101", "+1 425 555 0201"),
    "othermails": _ADDRESS,
    "phonenumbers.value": ("+1 425 555 0103", "+1 425 555 0203"),
    "postalcode": _POSTAL_CODE,
    "preferredlanguage": _LANGUAGE,
    "profileurl": ("Test-profileUrl-{word}", "upd-{word}"),  # no address: Microsoft's own run sends that
    "proxyaddresses": ("SMTP:{word}@{domain}", "SMTP:{word}@{domain}"),
    "timezone": ("America/Los_Angeles", "Europe/Paris"),
    "usagelocation": _COUNTRY,
    "username": _ADDRESS,
    "userprincipalname": _ADDRESS,
    "usertype": ("Member", "Guest"),
}


def sample(name: str, word: str, domain: str = DOMAIN, *, later: bool = False) -> str:
    """Return a text for `title` or `name.givenName`: with the word, unless only some texts are right."""
    usual = f"{{word}}-{name.rpartition('.')[2]}"
    return _FITTING.get(name.lower(), (usual, usual))[later].format(word=word, domain=domain)

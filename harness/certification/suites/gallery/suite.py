"""Microsoft's app-gallery validation: twenty-five tests, and the verdict that decides about the gallery.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (read 2026-11).
"""

from __future__ import annotations

from harness.certification.outcomes import GOOD, Outcomes
from harness.certification.suite import Check, Suite, all_mandatory
from harness.certification.suites.gallery import direct, groups, tokens, users

_DIRECT = {check.name: check for check in direct.CHECKS}
_PAGING_AND_MANAGER = ("SCIM_User_Pagination_Test", "SCIM_Group_Pagination_Test", "SCIM_Update_Manager_Test")


def _verdict(outcomes: Outcomes) -> str:
    """Demand, beyond every mandatory test, that one of the two ways to sign in without a long-lived token passed."""
    why = all_mandatory(outcomes)
    sign_in = [check.name for check in tokens.CHECKS]
    if why or any(outcomes.get(name) in GOOD for name in sign_in):
        return why
    return f"neither {' nor '.join(sign_in)} passed; the first needs --token-endpoint and a client"


GALLERY: Suite[Check] = Suite(
    name="entra-gallery",
    title="Microsoft Entra app gallery",
    fits="Succeeded means: Microsoft's validation of gallery applications would pass; Azure AD can provision to this server.",
    source="https://github.com/AzureAD/SCIMReferenceCode",
    checks=(
        *users.CHECKS,
        *groups.CHECKS,
        *(check for name, check in _DIRECT.items() if name not in _PAGING_AND_MANAGER),
        *tokens.CHECKS,
        *(_DIRECT[name] for name in _PAGING_AND_MANAGER),
    ),
    verdict=_verdict,
)

"""Microsoft's app-gallery validation: twenty-five tests, and the verdict that decides about the gallery.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Overall Result Logic" and "Authentication Model" (at 3372c7e, read 2026-11-30).
"""

from __future__ import annotations

from harness.certification.outcomes import GOOD, Outcome, Outcomes
from harness.certification.suite import Check, Suite
from harness.certification.suites.gallery import direct, groups, tokens, users

_DIRECT = {check.name: check for check in direct.CHECKS}
_PAGING_AND_MANAGER = ("SCIM_User_Pagination_Test", "SCIM_Group_Pagination_Test", "SCIM_Update_Manager_Test")


def _reservation(outcomes: Outcomes) -> tuple[str, str]:
    """Return what a success lacks: groups, and one of the two ways to sign in without a long-lived token.

    Microsoft's verdict is Failed then; with a bearer token alone there is no more that could be tried here, and groups are
    recommended, not required, by the gallery's requirements (as in `schemas.require_groups`).
    """
    lacking = {}
    sign_in = [check.name for check in tokens.CHECKS]
    if not any(outcomes.get(name) in GOOD for name in sign_in):
        lacking["OAuth"] = (
            f"neither {' nor '.join(sign_in)} passed; the first needs --token-endpoint and a client, the second "
            "--federated-issuer and what goes with it"
        )
    if {outcomes.get(check.name) for check in groups.CHECKS} == {Outcome.SKIPPED}:
        lacking["groups"] = (
            "no test of groups was run; the gallery's requirements recommend them, but Microsoft's validation fails without"
        )
    return " and ".join(lacking), "; ".join(lacking.values())


GALLERY: Suite[Check] = Suite(
    name="entra-gallery",
    title="Microsoft Entra app gallery",
    fits="Succeeded means: what Microsoft's validation of gallery applications asks for was tried here, as far as the checks "
    "below say, and passed; Azure AD can provision to this server. Succeeded but for OAuth means: with the token that was "
    "given; the gallery wants an application that can do without a long-lived one. As in Microsoft's own run, "
    "SCIM_User_Create_Test and SCIM_User_Update_Test write a profileUrl that is no address (Test-profileUrl-1a2b3c): a server "
    "that refuses it, as RFC 7643 lets it, fails there and here; --without profileUrl leaves it out. And they "
    'write roles[primary eq "True"].value, a text for what is true or false: who refuses that fails there and here.',
    source="https://github.com/AzureAD/SCIMReferenceCode",
    requests=374,
    checks=(
        *users.CHECKS,
        *groups.CHECKS,
        *(check for name, check in _DIRECT.items() if name not in _PAGING_AND_MANAGER),
        *tokens.CHECKS,
        *(_DIRECT[name] for name in _PAGING_AND_MANAGER),
    ),
    reservation=_reservation,
)

"""Microsoft's SCIM validator, https://scimvalidator.microsoft.com, without a browser.

The preview tests are optional, as there. Managers and members are users made for the test, where the original makes ids up.
"""

from __future__ import annotations

from harness.certification.suite import Check, Suite
from harness.certification.suites.validator import groups, users

VALIDATOR: Suite[Check] = Suite(
    name="entra-validator",
    title="Microsoft SCIM Validator",
    fits="Succeeded means: Microsoft's hosted SCIM validator would pass, and what it asks for is really done.",
    source="https://learn.microsoft.com/en-us/entra/identity/app-provisioning/scim-validator-tutorial",
    requests=134,
    checks=(*users.CHECKS, *groups.CHECKS),
)

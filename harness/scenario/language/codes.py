"""The values of `errorCode` in the provisioning log: the codes of its page, those of SCIM applications, reasons of a skip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.azure_ad.provisioning.log.codes import error_codes

# Each is in a public log that azure_ad/provisioning/target/reactions.py cites; none is on the page.
_OF_SCIM: Mapping[str, str] = {
    "ServiceIncompatibleFiltering": "409 to a POST: a search had just found nobody.",
    "BadRequest": "400 to a write, with a body that is no error of SCIM.",
    "CredentialValidationFailure": "401 or 403 to a probe or a search; the job goes into quarantine.",
    "CredentialValidationUnavailable": "Any other bad answer to a probe; the job goes into quarantine.",
}
_SKIPS: Mapping[str, str] = {
    "NotEffectivelyEntitled": "Not assigned, outside the scoping filters, or blocked or deleted before ever arriving.",
    "RedundantExport": "AWS SSO has it already.",
    "ActionNotAllowed": "Creating or updating is turned off in the mapping (target object actions).",
}


def code_lines() -> Iterator[str]:
    yield "error codes: each that the page of the provisioning log lists, and when it comes"
    for row in error_codes():
        yield f"  {row.code}: {row.comes}"
        yield f"      {row.proof}"
    yield "  Of applications with a SCIM endpoint also, behind SystemForCrossDomainIdentityManagement:"
    yield from (f"    …{name}: {sentence}" for name, sentence in _OF_SCIM.items())
    yield "  Of who is skipped, the reason (the quirk skipped-code can change that):"
    yield from (f"    {name}: {sentence}" for name, sentence in _SKIPS.items())

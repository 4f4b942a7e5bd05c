"""The number of failed objects that puts a job into quarantine.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
(read 2026-11-29). Failing objects are those in escrow; the proportion is theirs among all that the job deals with.
"""

from __future__ import annotations

from harness.azure_ad.provisioning.cycle.records import Escrow
from harness.azure_ad.provisioning.cycle.shelves import Shelf
from harness.base.quirks import Quirks


def exceeded(escrows: Shelf[Escrow], connected: int, quirks: Quirks) -> str | None:
    """Return Graph's quarantineReason when too many objects are in escrow, else None; `connected` counts connected objects.

    Members and managers that failed count in the largest number only.
    """
    total = escrows.count()
    if total < quirks["quarantine-failures"]:
        return None
    if total >= quirks["quarantine-all-failures"]:
        return "EncounteredTotalEscrowThreshold"
    failing = sum(not escrow.references for _, escrow in escrows.scan())
    if failing > quirks["quarantine-most-failures"]:
        return "EncounteredBaseEscrowThreshold"
    proportion = 100 * failing / max(failing + connected, 1)
    if failing >= quirks["quarantine-failures"] and proportion > quirks["quarantine-failing-percent"]:
        return "EncounteredEscrowProportionThreshold"
    return None

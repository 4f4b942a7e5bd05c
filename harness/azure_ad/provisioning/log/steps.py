"""The steps of a provisioning log entry: their types and sentences.

Sources: https://learn.microsoft.com/en-us/graph/api/resources/provisioningstep, "Properties", and
https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-provisionondemand, examples 1 and 2 (both read
2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping

ESCROW_RETRY = "EntryEscrowRetry"
SKIP = "EntrySynchronizationSkip"
# Each step's type, and how it reads when it went well. Steps that can end in several ways bring their own words.
STEPS: Mapping[str, tuple[str, str]] = {
    ESCROW_RETRY: (
        "import",
        (
            "We are retrying an operation that previously failed.\r\nIdentifier: {identifier}\r\n"
            "Object type: {kind}\r\nDirectory: {source}"
        ),
    ),
    "EntryImportAdd": ("import", "Received {kind} '{identifier}' change of type (Add) from {source}"),
    "EntryImportUpdate": ("import", "Received {kind} '{identifier}' change of type (Update) from {source}"),
    "EntryImportDelete": ("import", "Received {kind} '{identifier}' change of type (Delete) from {source}"),
    # Two blanks: what the target calls the object's type is empty there (synchronizationjob-provisionondemand).
    "EntryImport": ("matching", "Retrieved  '{identifier}' from {target}"),
    "EntrySynchronizationScoping": (
        "scoping",
        "Determine if {kind} in scope by evaluating against each scoping filter",
    ),
    "EntrySynchronizationAdd": (
        "matching",
        (
            "{kind} '{identifier}' will be created in {target} ({kind} is active and assigned in {source}, but no "
            "matching {kind} was found in {target})"
        ),
    ),
    "EntrySynchronizationUpdate": ("matching", "{kind} '{identifier}' will be updated in {target}"),
    "EntrySynchronizationDelete": ("matching", "{kind} '{identifier}' will be deleted in {target}"),
    SKIP: ("export", "No change to the {kind} '{identifier}' currently needs to be made."),
    "EntryExportAdd": ("export", "{kind} '{identifier}' was created in {target}"),
    "EntryExportUpdate": ("export", "{kind} '{identifier}' was updated in {target}"),
    "EntryExportDelete": ("export", "{kind} '{identifier}' was deleted in {target}"),
}

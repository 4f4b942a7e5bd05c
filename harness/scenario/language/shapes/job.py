"""The provisioning job: its schedule, its cycles, and its quarantine.

Names and values are Microsoft Graph's: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjob,
…/synchronization-synchronizationstatus and …/synchronization-synchronizationquarantine (sections Properties, read 2026-11-29).
"""

from __future__ import annotations

from harness.scenario.language.shapes.kinds import flag, listing, mapping, number, text

_JOB_ERROR = mapping(
    "What went wrong; null otherwise.",
    {
        "code": text("Kind of error."),
        "message": text("It in sentences."),
        "tenantActionable": flag("Whether the tenant's administrator can mend it."),
    },
)
_EXECUTION = mapping(
    "A cycle; null when there was none.",
    {
        "activityIdentifier": text("Identifier of the cycle."),
        **{
            f"count{what}": number(doc)
            for what, doc in {
                "Entitled": "Objects assigned.",
                "EntitledForProvisioning": "Objects assigned and in scope.",
                "Escrowed": "Objects whose operation is to be tried again.",
                "EscrowedRaw": "The same, other reasons included.",
                "Exported": "Objects written.",
                "Exports": "Write operations.",
                "Imported": "Objects read.",
                "ImportedDeltas": "Changed objects read.",
                "ImportedReferenceDeltas": "Changed references read.",
            }.items()
        },
        "state": text(
            "How it ended: EntryLevelErrors when some objects are to be tried again, Failed when it was cut off and the job "
            "went into quarantine.",
            "Succeeded",
            "Failed",
            "EntryLevelErrors",
        ),
        "timeBegan": text("When it began, in UTC."),
        "timeEnded": text("When it ended, in UTC."),
        "error": _JOB_ERROR,
    },
)
_QUARANTINE = mapping(
    "Why the job is in quarantine; null when it is not.",
    {
        "reason": text(
            "Kind of reason: EncounteredQuarantineException when the application refuses the connection itself (401, a wrong "
            "address), …Threshold when too many objects fail, TooManyDeletes when accidental deletion prevention holds.",
            "EncounteredQuarantineException",
            "EncounteredBaseEscrowThreshold",
            "EncounteredTotalEscrowThreshold",
            "EncounteredEscrowProportionThreshold",
            "TooManyDeletes",
        ),
        "error": _JOB_ERROR,
        "currentBegan": text("When the current quarantine began, in UTC."),
        "nextAttempt": text("When it is tried again, in UTC."),
        "seriesBegan": text("When the first of the series began, in UTC."),
        "seriesCount": number("How many quarantines in a row."),
    },
)
_PROGRESS = mapping(
    "How far the running cycle is.",
    {
        "completedUnits": number("Units done."),
        "totalUnits": number("Units in all."),
        "units": text("What is counted."),
        "progressObservationDateTime": text("When it was looked at, in UTC."),
    },
)
_STATUS = mapping(
    "State of the job.",
    {
        "code": text(
            "It in a word: Paused before provisioning is turned on and after it is turned off, Active while it is on, "
            "Quarantine in quarantine; NotConfigured and NotRun, which Graph names, never come.",
            "NotConfigured",
            "NotRun",
            "Active",
            "Paused",
            "Quarantine",
        ),
        "countSuccessiveCompleteFailures": number("How many cycles in a row failed as a whole."),
        "escrowsPruned": flag("Whether operations to be tried again were given up."),
        "lastExecution": _EXECUTION,
        "lastSuccessfulExecution": _EXECUTION,
        "lastSuccessfulExecutionWithExports": _EXECUTION,
        "quarantine": _QUARANTINE,
        "steadyStateFirstAchievedTime": text("When a cycle first had nothing left to do, in UTC."),
        "steadyStateLastAchievedTime": text("When a cycle last had nothing left to do, in UTC."),
        "troubleshootingUrl": text("Page to read; null for none."),
        "progress": listing("The running cycle; empty when none is.", _PROGRESS),
        "synchronizedEntryCountByType": listing(
            "Objects in the target, by type.",
            mapping("One type.", {"key": text("User or Group."), "value": number("How many.")}),
        ),
    },
)
JOB = mapping(
    "The provisioning job, as Microsoft Graph shows it.",
    {
        "@odata.context": text("Address of the metadata."),
        "id": text("Identifier of the job."),
        "templateId": text("Template that it was made from."),
        "schedule": mapping(
            "When it runs.",
            {
                "expiration": text("When it ends; null for never."),
                "interval": text("Time between two cycles, such as PT40M."),
                "state": text("Whether it runs.", "Active", "Disabled"),
            },
        ),
        "status": _STATUS,
        "synchronizationJobSettings": listing(
            "Settings of the job.",
            mapping("One setting.", {"name": text("Name."), "value": text("Value, as text.")}),
        ),
    },
)

"""What Azure AD shows: its logs, the job, its mapping, and the mails it sends.

Names and values are Microsoft Graph's: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary,
…/directoryaudit and …/synchronization-synchronizationjob (sections Properties, JSON representation; read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.scenario.language.shapes.kinds import (
    Expected,
    Shape,
    anything,
    flag,
    listing,
    mapping,
    number,
    text,
)

_OUTCOME = ("success", "failure", "skipped", "warning")


def _system(doc: str) -> Shape:
    return mapping(
        doc,
        {
            "id": text("Its identifier."),
            "displayName": text("Its name."),
            "details": anything("Open: more of it."),
        },
    )


def _identity(doc: str) -> Shape:
    keys = {
        "id": text("Its identifier; empty where there is none yet."),
        "displayName": text("Its name."),
        "identityType": text("What it is.", "User", "Group", "Role"),
        "details": anything("Open: more properties of it."),
    }
    return mapping(doc, keys)


_CHANGES = listing(
    "Properties that changed.",
    mapping(
        "One property.",
        {
            "displayName": text("Its name at the target."),
            "oldValue": text("Its value before; null for none."),
            "newValue": text("Its value now; null for none."),
        },
    ),
)
_STEP = mapping(
    "One step of an entry.",
    {
        "name": text("Its name, such as EntryExportAdd."),
        "provisioningStepType": text(
            "Its kind.", "import", "scoping", "matching", "processing", "referenceResolution", "export"
        ),
        "status": text("How it ended.", *_OUTCOME),
        "description": text("It in a sentence."),
        "details": anything("Open: properties of the object, and of the step."),
    },
)
_ERROR = mapping(
    "Why it failed or was skipped; null otherwise.",
    {
        "errorCode": text("Kind of error, such as AzureActiveDirectoryCannotUpdateObject…."),
        "errorCategory": text("Whose error it is.", "failure", "nonServiceFailure", "success"),
        "reason": text("The error in sentences."),
        "additionalDetails": text("More of it."),
        "recommendedAction": text("What to do."),
    },
)
_ENTRY = mapping(
    "An entry of the provisioning log: what became of one object in one cycle.",
    {
        "id": text("Identifier of the entry."),
        "activityDateTime": text("When, in UTC."),
        "tenantId": text("Identifier of the tenant."),
        "jobId": text("Identifier of the job."),
        "cycleId": text("Identifier of the cycle."),
        "changeId": text("Identifier of the change."),
        "provisioningAction": text(
            "What was done.", "other", "create", "update", "disable", "delete", "stagedDelete"
        ),
        "durationInMilliseconds": number("How long it took."),
        "initiatedBy": mapping(
            "Who began it.",
            {
                "id": text("Identifier."),
                "displayName": text("Name."),
                "initiatorType": text("Kind.", "user", "application", "system"),
            },
        ),
        "servicePrincipal": mapping(
            "The enterprise application.", {"id": text("Identifier."), "displayName": text("Name.")}
        ),
        "sourceSystem": _system("Where the object comes from."),
        "targetSystem": _system("Where it goes to."),
        "sourceIdentity": _identity("The object at the source."),
        "targetIdentity": _identity("The object at the target."),
        "provisioningSteps": listing("What was done, step by step.", _STEP),
        "modifiedProperties": _CHANGES,
        "provisioningStatusInfo": mapping(
            "How it ended.", {"status": text("The outcome.", *_OUTCOME), "errorInformation": _ERROR}
        ),
    },
)
_AUDIT = mapping(
    "An entry of the audit log.",
    {
        "id": text("Identifier of the entry."),
        "activityDateTime": text("When, in UTC."),
        "activityDisplayName": text("What was done, such as Export."),
        "category": text("Kind of activity, such as ProvisioningManagement."),
        "correlationId": text("Identifier shared by what belongs together."),
        "loggedByService": text("Service that wrote it."),
        "operationType": text("What sort of change, such as Update."),
        "initiatedBy": mapping(
            "Who began it.",
            {
                "app": mapping(
                    "An application; null otherwise.",
                    {
                        "displayName": text("Name."),
                        "appId": text("Identifier of its registration."),
                        "servicePrincipalId": text("Identifier of its service principal."),
                        "servicePrincipalName": text("Name of that."),
                    },
                ),
                "user": mapping("A person; null otherwise.", {"displayName": text("Name.")}),
            },
        ),
        "result": text("How it ended.", "success", "failure", "timeout"),
        "resultReason": text("It in sentences."),
        "Status Reason": text("The same, by the name of the portal's column."),
        "targetResources": listing(
            "What it was about.",
            mapping(
                "One object.",
                {
                    "id": text("Identifier."),
                    "displayName": text("Name."),
                    "type": text("Kind, such as User."),
                    "userPrincipalName": text("A user's sign-in name."),
                    "groupType": text("A group's kind."),
                    "modifiedProperties": _CHANGES,
                },
            ),
        ),
        "additionalDetails": listing(
            "More of it.", mapping("One detail.", {"key": text("Name."), "value": text("Value.")})
        ),
    },
)
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
        "state": text("How it ended.", "Succeeded", "Failed", "EntryLevelErrors"),
        "timeBegan": text("When it began, in UTC."),
        "timeEnded": text("When it ended, in UTC."),
        "error": _JOB_ERROR,
    },
)
_QUARANTINE = mapping(
    "Why the job is in quarantine; null when it is not.",
    {
        "reason": text("Kind of reason, such as EncounteredQuarantineException."),
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
        "code": text("It in a word.", "NotConfigured", "NotRun", "Active", "Paused", "Quarantine"),
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
_JOB = mapping(
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
_MAIL = mapping(
    "A notification mail.",
    {
        "at": text("When it was sent, in UTC."),
        "from": text("Sender."),
        "to": text("Recipient."),
        "subject": text("Subject."),
        "text": text("Text."),
        "delivery": text("Where it went."),
    },
)

EXPECTED: Mapping[str, Expected] = {
    "provisioning log": Expected(
        listing("Entries that Azure AD's provisioning log gained in this step, oldest first.", _ENTRY),
        "provisioning log: {provisioningAction: create, provisioningStatusInfo: {status: success}}",
        one_of=True,
    ),
    "audit log": Expected(
        listing("Entries that Azure AD's audit log gained in this step, oldest first.", _AUDIT),
        "audit log: {activityDisplayName: Export, result: success}",
        one_of=True,
    ),
    "job": Expected(_JOB, "job: {status: {code: Active, quarantine: null}}"),
    "mail": Expected(
        listing("Notification mails sent in this step, oldest first.", _MAIL),
        "mail: {$count: 0}",
        one_of=True,
    ),
    "mapping": Expected(
        mapping(
            "Users' attribute mappings after the step: target attribute to source expression, null for a constant.",
            {},
            others=text("A source expression, such as [userPrincipalName]."),
        ),
        'mapping: {userName: "[userPrincipalName]"}',
    ),
}

"""Azure AD's side: its logs, its mapping, and its mails; the job is in `job`.

Names and values are Microsoft Graph's: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary,
…/directoryaudit (sections Properties, JSON representation; read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.azure_ad.provisioning.log.steps import STEPS
from harness.scenario.language.shapes.job import JOB
from harness.scenario.language.shapes.kinds import (
    Expected,
    Shape,
    anything,
    listing,
    mapping,
    number,
    text,
)

# Of the audit log: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, the table of
# each service (read 2026-11-29), as far as something here writes them.
CATEGORIES = ("ProvisioningManagement", "UserManagement", "GroupManagement", "ApplicationManagement")
SERVICES = ("Account Provisioning", "Core Directory")
OPERATIONS = ("Add", "Update", "Delete", "Assign", "Unassign")
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


# The names of the steps in the provisioning log, in their order.
STEP_NAMES = tuple(STEPS)
CHANGES = listing(
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
        "name": text("Its name.", *STEP_NAMES),
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
        "errorCode": text("Kind of error, or why it was skipped; 'harness explain error codes' lists both."),
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
            "What was done: other when it did not come to a write, as for most who are skipped; stagedDelete for a disable "
            "or delete that accidental deletion prevention holds back.",
            "other",
            "create",
            "update",
            "disable",
            "delete",
            "stagedDelete",
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
        "modifiedProperties": CHANGES,
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
        "category": text("Kind of activity.", *CATEGORIES),
        "correlationId": text("Identifier shared by what belongs together."),
        "loggedByService": text("Service that wrote it.", *SERVICES),
        "operationType": text("What sort of change; null for what provisioning does.", *OPERATIONS),
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
                "user": mapping(
                    "A person; null otherwise.",
                    {
                        "displayName": text("Name."),
                        "id": text("Identifier."),
                        "userPrincipalName": text("User principal name."),
                        "ipAddress": text("From where; never known here."),
                    },
                ),
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
                    "type": text("Kind.", "User", "Group", "ServicePrincipal", "Application"),
                    "userPrincipalName": text("A user's sign-in name."),
                    "groupType": text("A group's kind."),
                    "modifiedProperties": CHANGES,
                },
            ),
        ),
        "additionalDetails": listing(
            "More of it.", mapping("One detail.", {"key": text("Name."), "value": text("Value.")})
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
    "job": Expected(JOB, "job: {status: {code: Active, quarantine: null}}"),
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

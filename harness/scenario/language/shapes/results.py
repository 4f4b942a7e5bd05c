"""The answers of steps that have a form of their own: `body`, and `result` for parts of it, by verb.

Other steps have the answers of a service, so their bodies are open.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from harness.scenario.language.shapes import answers, azure, job
from harness.scenario.language.shapes.kinds import Shape, anything, listing, mapping, text

_ERROR = mapping(
    "Why it was refused.",
    {
        "code": text("Kind of error."),
        "message": text("It in a sentence."),
        "innerError": anything("Open: date and identifiers of the request."),
    },
)
# Further members of both services' answers: Graph's address of the metadata, a refusal.
_OF_GRAPH: Mapping[str, Shape] = {"@odata.context": text("Address of the metadata."), "error": _ERROR}
_REFUSED: Mapping[str, Shape] = {"message": text("Why it was refused.")}
_TOKEN: Mapping[str, Shape] = {
    "tokenId": text("Identifier of the access token."),
    "createdAt": text("When it was made, in UTC."),
    "expiresAt": text("When it ends, in UTC."),
}
_SHOWN_TOKEN = mapping(
    "The endpoint and its new token.",
    {
        "scimEndpoint": text("Address of the SCIM endpoint."),
        "accessToken": text("The access token, shown this once."),
        **_TOKEN,
        "provisioningMethod": text("How users come, SCIM."),
        **_REFUSED,
    },
)
_PAGE = mapping(
    "The Automatic provisioning page.",
    {
        "scimEndpoint": text("Address of the SCIM endpoint; null when it is not enabled."),
        "accessToken": text("Absent: a token is shown when it is made, and never again."),
        "provisioningMethod": text("How users come."),
        "tokens": listing(
            "The access tokens.", mapping("One token.", {**_TOKEN, "accessToken": text("Absent.")})
        ),
        "expiryBanner": listing("Tokens that soon end.", mapping("One token.", _TOKEN)),
        "healthEvents": listing(
            "Notices that a token soon ends.",
            mapping(
                "One notice.",
                {
                    "tokenId": text("Identifier of the access token."),
                    "sentAt": text("When it was sent, in UTC."),
                    "expiresAt": text("When the token ends, in UTC."),
                },
            ),
        ),
        **_REFUSED,
    },
)
_OUTCOMES = ("Success", "Failure", "Skipped", "Warning")


def _end(doc: str) -> Shape:
    return mapping(
        doc,
        {
            "id": text("Its identifier."),
            "type": text("What it is called on its side: User, Group, or a schema's URN."),
            "displayName": text("Its name; null."),
            "details": anything("Open: null."),
        },
    )


def _side(doc: str) -> Shape:
    return mapping(doc, {"id": text("Null."), "name": text("Its name."), "details": anything("Open: null.")})


_ON_DEMAND_STEP = mapping(
    "One step.",
    {
        "name": text("Its name, such as EntryExportAdd.", *azure.STEP_NAMES, "TestConnection"),
        "type": text(
            "Its kind.", "Import", "Scoping", "Matching", "Processing", "ReferenceResolution", "Export"
        ),
        "status": text("How it ended.", *_OUTCOMES),
        "description": text("It in a sentence."),
        "timestamp": text("When, in UTC."),
        "details": anything("Open: properties of the object, and of the step."),
    },
)
_ON_DEMAND_ENTRY = mapping(
    "What became of one object, in an older form than the provisioning log's.",
    {
        "action": text("What was done.", "Other", "Create", "Update", "Disable", "Delete", "StagedDelete"),
        "reportableIdentifier": text("The user's userPrincipalName, the group's displayName."),
        "statusInfo": mapping(
            "How it ended.",
            {
                "status": text("The outcome.", *_OUTCOMES),
                "errorCode": text("Kind of error; null for none."),
                "reason": text("The error in sentences; null for none."),
                "errorCategory": text("Whose error it is.", "failure", "nonServiceFailure", "success"),
                "additionalDetails": text("Null."),
                "recommendedAction": text("What to do."),
            },
        ),
        "provisioningSteps": listing("What was done, step by step.", _ON_DEMAND_STEP),
        "modifiedProperties": azure.CHANGES,
        "changeId": text("Identifier of the change."),
        "startTime": text("When it began, in UTC."),
        "endTime": text("When it ended, in UTC."),
        "sourceIdentity": _end("The object at the source."),
        "sourceSystem": _side("Where the object comes from."),
        "targetIdentity": _end("The object at the target."),
        "targetSystem": _side("Where it goes to."),
    },
)
_ON_DEMAND = mapping(
    "What was done at once.",
    {
        **_OF_GRAPH,
        "key": anything(
            "Open: the type's name, always the same; in the form of 2020 result and details (quirk on-demand-answer).",
            "result",
            "details",
            "errorCode",
            "errorMessage",
        ),
        "value": replace(
            listing(
                "An entry for each object that was looked at, the user or group first; in the form of 2020 one stands alone.",
                _ON_DEMAND_ENTRY,
            ),
            or_one=True,
        ),
    },
)
_ASSIGNMENT = mapping(
    "The assignment.",
    {
        **_OF_GRAPH,
        "id": text("Identifier of the assignment."),
        "appRoleId": text("Role that is assigned."),
        "createdDateTime": text("When, in UTC."),
        "deletedDateTime": text("Null."),
        "principalDisplayName": text("Name of who is assigned."),
        "principalId": text("Identifier of who is assigned."),
        "principalType": text("What is assigned.", "User", "Group"),
        "resourceDisplayName": text("Name of the application."),
        "resourceId": text("Identifier of the application."),
    },
)
_SCHEMA = mapping(
    "The job's schema.",
    {
        **_OF_GRAPH,
        "id": text("Identifier of the schema."),
        "version": text("Its version."),
        "directories": anything("Open: both sides, with their attributes."),
        "synchronizationRules": anything("Open: the rules, with their objectMappings."),
    },
)
RESULTS: Mapping[str, Shape] = {
    "enable automatic provisioning": _SHOWN_TOKEN,
    "generate access token": _SHOWN_TOKEN,
    "view automatic provisioning": _PAGE,
    "provision on demand": _ON_DEMAND,
    "assign": _ASSIGNMENT,
    "view mapping": _SCHEMA,
    "view job": replace(job.JOB, keys={**job.JOB.keys, **_OF_GRAPH}),
    "scim request": answers.SCIM_BODY,
}


def result_of(verb: str) -> Shape:
    """Return the shape of a step's answer."""
    return RESULTS.get(verb, answers.BODY)

"""A step's own results: its answer, and its exchanges."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from harness.scenario.language.shapes.kinds import Expected, Shape, anything, listing, mapping, number, text

BODY = anything("Open: whatever the service in question answers.")
_STATUS = (100, 599)
# The parts of SCIM's bodies: RFC 7643, sections 3.1, 4.1 to 4.3 and 5, RFC 7644, sections 3.4.2, 3.5.2, 3.7 and 3.12 (read
# 2026-11-29).
SCIM_NAMES = (
    "schemas", "id", "externalId", "meta", "resourceType", "created", "lastModified", "location", "version",
    "userName", "name", "formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix",
    "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale", "timezone", "active",
    "password", "emails", "phoneNumbers", "ims", "photos", "addresses", "groups", "entitlements", "roles",
    "x509Certificates", "value", "$ref", "display", "type", "primary", "streetAddress", "region", "postalCode",
    "country", "members", "employeeNumber", "costCenter", "organization", "division", "department", "manager",
    "totalResults", "startIndex", "itemsPerPage", "Resources", "Operations", "op", "path", "method", "bulkId", "data",
    "status", "scimType", "detail",
)  # fmt: skip
SCIM_BODY = anything("Open: whatever the service in question answers.", *SCIM_NAMES)
_HEADERS = Shape(
    "mapping",
    "Headers of the answer by name, in lower case.",
    others=text("The header's value."),
    lower_case=True,
    usual=(
        "accept", "adscimversion", "authorization", "cache-control", "client-request-id", "content-disposition",
        "content-length", "content-security-policy", "content-type", "cookie", "date", "location", "request-id",
        "retry-after", "set-cookie", "user-agent", "x-amz-target", "x-amzn-errortype", "x-amzn-requestid",
    ),
)  # fmt: skip
_EXCHANGE = mapping(
    "One request that Azure AD's provisioning service sent, and its answer.",
    {
        "method": text("HTTP method.", "GET", "POST", "PUT", "PATCH", "DELETE"),
        "url": text("The whole address, encoded as it was sent."),
        "path": text(
            'Path behind the tenant URL with its query, decoded: /Users?filter=userName eq "ana@contoso.com".'
        ),
        "status": number("HTTP status of the answer; null when none came.", _STATUS),
        "error": text("What the client was told when no answer came; null otherwise."),
        "headers": replace(
            _HEADERS, doc="Headers of the request by name, in lower case; those of the answer are not kept."
        ),
        "request": anything("Open: the JSON body that was sent, or its text; null for none.", *SCIM_NAMES),
        "response": anything("Open: the JSON body of the answer, or its text; null for none.", *SCIM_NAMES),
    },
)

EXPECTED: Mapping[str, Expected] = {
    "result": Expected(
        text(
            "Outcome of the step. A mapping asks for parts of the answer's body instead; 'harness explain' and the step tell which.",
            "success",
            "failure",
        ),
        "result: success",
    ),
    "error": Expected(
        text("Sentence that the step was refused with; null when it must not be refused."),
        "error: null",
    ),
    "status": Expected(number("HTTP status of the answer.", _STATUS), "status: 204"),
    "headers": Expected(_HEADERS, "headers: {request-id: {$any: true}}"),
    "body": Expected(BODY, "body: null"),
    "exchanges": Expected(
        listing(
            "What Azure AD's provisioning service sent in this step, oldest first; each cycle begins with two probes.",
            _EXCHANGE,
        ),
        "exchanges: {method: POST, path: /Users, status: 201}",
        one_of=True,
    ),
}

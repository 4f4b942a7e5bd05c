"""What a step itself brought: its answer, and what went over the wire."""

from __future__ import annotations

from collections.abc import Mapping

from harness.scenario.language.shapes.kinds import Expected, Shape, anything, listing, mapping, number, text

BODY = anything("Open: whatever the service in question answers.")
HEADERS = Shape(
    "mapping", "Headers by name, in lower case.", others=text("The header's value."), lower_case=True
)
_EXCHANGE = mapping(
    "One request that Azure AD's provisioning service sent, and its answer.",
    {
        "method": text("HTTP method.", "GET", "POST", "PUT", "PATCH", "DELETE"),
        "url": text("The whole address, encoded as it was sent."),
        "path": text(
            'Path behind the tenant URL with its query, decoded: /Users?filter=userName eq "ana@contoso.com".'
        ),
        "status": number("HTTP status of the answer; null when none came."),
        "error": text("What the client was told when no answer came; null otherwise."),
        "headers": HEADERS,
        "request": anything("Open: the JSON body that was sent, or its text; null for none."),
        "response": anything("Open: the JSON body of the answer, or its text; null for none."),
    },
)

EXPECTED: Mapping[str, Expected] = {
    "result": Expected(
        text(
            "Outcome of the step. A mapping asks for parts of the answer's body instead.",
            "success",
            "failure",
        ),
        "result: success",
    ),
    "error": Expected(
        text("Sentence that the step was refused with; null when it must not be refused."),
        "error: null",
    ),
    "status": Expected(number("HTTP status of the answer."), "status: 204"),
    "headers": Expected(HEADERS, "headers: {request-id: {$any: true}}"),
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

"""Every refusal of a batch as a whole, and of the requests behind one that failed; `refusals` has all others."""

from __future__ import annotations

from harness.azure_ad.graph.odata.refusals import Refusal

# https://github.com/microsoftgraph/microsoftgraph-postman-collections/issues/9 (read 2026-11-29)
TOO_LONG = Refusal(400, "BadRequest", "Number of requests inside batch exceed the limit.")
# Only the beginning of Graph's own words is reported: https://github.com/microsoftgraph/msgraph-sdk-java/issues/2109 and
# https://github.com/microsoftgraph/msgraph-sdk-dotnet-core/issues/891 (read 2026-11-29).
DEPENDENCY_LATER = Refusal(
    400,
    "BadRequest",
    "Invalid dependency for request Id: {id}. What a request depends on must stand before it.",
)
# https://github.com/microsoftgraph/microsoft-graph-docs/issues/16280 (read 2026-11-29)
HALF_ORDERED = Refusal(400, "BadRequest", "Batch should be either fully sequential or fully parallel.")
# https://github.com/pnp/pnpcore, the comment in its UnarchiveAsync of teams (read 2026-11-29)
CONTENT_TYPE_NEEDED = Refusal(
    400, "BadRequest", "Write request id : {id} does not contain Content-Type header or body."
)
# The sentences below are inferred.
ID_TWICE = Refusal(400, "BadRequest", "The id '{id}' stands for two requests of the batch.")
DEPENDENCY_UNKNOWN = Refusal(
    400, "BadRequest", "Request '{id}' depends on '{needed}', which the batch does not have."
)
LOOP = Refusal(400, "BadRequest", "These requests of the batch wait for each other: {ids}.")
IN_BATCH = Refusal(400, "BadRequest", "Request '{id}' is a batch; a batch has none inside.")
DEPENDENCY_FAILED = Refusal(
    424, "FailedDependency", "The request was not carried out, because one that it depends on failed."
)

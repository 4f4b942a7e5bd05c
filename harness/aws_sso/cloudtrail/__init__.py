"""CloudTrail's event history of SCIM calls, API calls and console actions, and its lookup.

Written by `scim/service.py`, `console/` and `apis/trail.py`, read by `apis/cloudtrail.py` and the console. The shapes
are the samples of https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html, "Example
CloudTrail events" (read 2026-11-30); personal values are hidden as there, and externalId is left out.
"""

from harness.aws_sso.cloudtrail.events import (
    LOG,
    Caller,
    caller,
    console_action,
    console_call,
    keep,
)
from harness.aws_sso.cloudtrail.hiding import HIDDEN
from harness.aws_sso.cloudtrail.index import fill
from harness.aws_sso.cloudtrail.lookup import LOOKUP_KEYS, lookup, refusal_of
from harness.aws_sso.cloudtrail.scim_calls import (
    ScimCall,
    event_of,
    is_kept,
    outcome_of,
    parameters_of,
    scim_refused,
    scim_succeeded,
)
from harness.aws_sso.cloudtrail.tagging import failed, subjects_of

__all__ = [
    "HIDDEN",
    "LOG",
    "LOOKUP_KEYS",
    "Caller",
    "ScimCall",
    "caller",
    "console_action",
    "console_call",
    "event_of",
    "failed",
    "fill",
    "is_kept",
    "keep",
    "lookup",
    "outcome_of",
    "parameters_of",
    "refusal_of",
    "scim_refused",
    "scim_succeeded",
    "subjects_of",
]

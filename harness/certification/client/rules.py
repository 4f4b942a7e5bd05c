"""The rules that a client of AWS SSO is judged by; `requests.py`, `reads.py`, `runs.py` and `losses.py` say how, and from which sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.certification.client import losses, reads, requests, runs
from harness.certification.client.traffic import (
    BROKEN,
    CHANGED,
    EMPTIED,
    FIRST,
    HINDERED,
    RECOVERED,
    ROTATED,
    SECOND,
    THROTTLED,
    Traffic,
)
from harness.certification.suite import Criterion, Suite

# No source has a number: a look-up, a create, a change, and one to spare.
CALLS_PER_OBJECT = 4.0


@dataclass(frozen=True, slots=True)
class Rule(Criterion):
    """A criterion of a client. `judge` returns, or raises FailedError or SkippedError; `run` is the one it judges, if one."""

    judge: Callable[[Traffic], None]
    run: str = field(default="", kw_only=True)


AWS_CLIENT: Suite[Rule] = Suite(
    "aws-client",
    "Clients of AWS SSO's SCIM endpoint",
    "The client keeps to what AWS SSO supports, and comes through throttling and a new token.",
    "https://docs.aws.amazon.com/singlesignon/latest/developerguide/what-is-scim.html",
    (
        Rule(
            "first-run",
            "Into an empty directory, the command syncs at least one user or group, and ends with 0.",
            runs.first_run,
            run=FIRST,
        ),
        Rule(
            "second-run-writes-nothing",
            "Run again without a change, the command reads only, and ends with 0.",
            runs.second_run,
            run=SECOND,
        ),
        Rule(
            "supported-operations",
            "Every request is an operation of AWS SSO.",
            requests.supported_operations,
        ),
        Rule("supported-filters", "No filter is refused.", requests.supported_filters),
        Rule("supported-patches", "No PATCH is refused for its form.", requests.supported_patches),
        Rule("valid-requests", "No other request is refused as invalid.", requests.valid_requests),
        Rule(
            "mandatory-names",
            "Users are sent with userName, displayName, name.givenName and name.familyName.",
            requests.mandatory_names,
        ),
        Rule(
            "one-value",
            "emails, addresses, phoneNumbers and roles hold one value each.",
            requests.one_value,
        ),
        Rule(
            "membership-changes",
            "No request changes more than 100 memberships.",
            requests.membership_changes,
        ),
        Rule(
            "pages-to-the-end",
            "Every next page is asked for, nothing that a page showed is created again, and no list that was cut off is taken for whole.",
            reads.pages,
        ),
        Rule(
            "unanswered-reads",
            "A look-up or a list that was refused, failed or broke off is not taken for an empty one.",
            reads.unanswered,
            run=HINDERED,
        ),
        Rule(
            "membership-not-read",
            "Members are neither asked for, nor added again where a read did not show them.",
            reads.membership_not_read,
        ),
        Rule(
            "backs-off",
            "While it is answered 429, no request is repeated faster than the operation's whole rate.",
            runs.backs_off,
        ),
        Rule(
            "heeds-retry-after",
            "Answered 429 with Retry-After, a request is not repeated before that time is over (RFC 9110: ought to wait; AWS "
            "documents no such header).",
            runs.heeds_retry_after,
            run=THROTTLED,
            mandatory=False,
        ),
        Rule(
            "no-duplicates-after-429",
            "After a create that happened though it was answered 429, nothing is there twice, and a 409 ends it.",
            runs.no_duplicates,
        ),
        Rule(
            "completes-after-429",
            "Throttled, the command ends with 0 and leaves the same people, groups and members.",
            runs.completes,
            run=THROTTLED,
        ),
        Rule(
            "cut-answers",
            "After a run whose answers were slow and cut off, nothing is there twice; the next one makes up for it.",
            losses.cut_answers,
            run=RECOVERED,
        ),
        Rule(
            "token-rotation",
            "With a new token, after the old one was deleted, every request is accepted.",
            runs.token_rotation,
            run=ROTATED,
        ),
        Rule(
            "calls-per-object",
            "The first run takes no more calls than the budget for each user and group.",
            runs.calls_per_object,
            mandatory=False,
        ),
        Rule(
            "nothing-lost",
            "While nothing has changed, no run deletes or disables anybody, or takes a member away, and everybody is there after it.",
            losses.nothing_lost,
        ),
        Rule(
            "token-kept",
            "The token stands in no address, and is not printed, not percent-encoded or in base64 either.",
            runs.token_kept,
        ),
        Rule(
            "changes-arrive",
            "What is created, renamed, disabled, enabled or gone in the source, joined or left a group, is so in AWS SSO after the next run.",
            losses.changes_arrive,
            run=CHANGED,
        ),
        Rule(
            "no-destructive-step",
            "When its source is cut off, or not to be had, the client deletes and disables nobody.",
            losses.nothing_deleted_after_a_broken_source,
            run=BROKEN,
        ),
        Rule(
            "trouble-is-told",
            "When its source is cut off, or not to be had, the command does not end with 0, or nobody learns of it.",
            losses.trouble_is_told,
            run=BROKEN,
            mandatory=False,
        ),
        Rule(
            "no-mass-deletion",
            "When its source is empty from one run to the next, the client stops instead of deleting everybody.",
            losses.nothing_deleted_after_an_empty_source,
            run=EMPTIED,
            mandatory=False,
        ),
    ),
)

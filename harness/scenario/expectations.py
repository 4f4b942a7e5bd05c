"""The expectations of a step, read through the surfaces that a user has: Graph, console, AWS APIs.

`EXPECTATIONS` is the registry; `language/shapes` has the shape of each. Logs, exchanges and mails are those since the step
began.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, unquote_plus, urlsplit

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.scenario.comparing.differing import differences, nearest_entry
from harness.scenario.comparing.matching import compare
from harness.scenario.language.shapes import SHAPES
from harness.scenario.observing import Since
from harness.scenario.play import Play, Result, StepError, content
from harness.scenario.values import Mismatch, lookup, show
from harness.wire.recording.exchanges import Exchange
from harness.wire.recording.redaction import redact
from harness.world import AZURE_AD

if TYPE_CHECKING:
    from harness.agreement.records import Agreement

# What a step brings itself; the other expectations read what there is after it.
_OF_THE_RESULT = frozenset({"result", "error", "status", "headers", "body"})

Reader: TypeAlias = Callable[[Play, Result, Since], Any]
EXPECTATIONS: dict[str, Reader] = {}


def _expectation(key: str) -> Callable[[Reader], Reader]:
    def register(function: Reader) -> Reader:
        EXPECTATIONS[key] = function
        return function

    return register


class Verdict(Struct, frozen=True):
    """The differences, none if all is as expected; in words the nearest entry, and the whole list or object."""

    mismatches: Sequence[Mismatch] = ()
    nearest: str = ""
    whole: str = ""


def check(key: str, expected: Any, play: Play, result: Result, since: Since) -> Verdict:
    """Read the actual value and return how it differs. Raises HarnessError where it cannot be read."""
    parts = isinstance(expected, Mapping) and not _is_matcher(expected)
    # The parts of a result are those of the answer's body.
    actual = EXPECTATIONS["body" if key == "result" and parts else key](play, result, since)
    if SHAPES[key].one_of and parts:
        return _one_of(expected, actual)
    if not compare(expected, actual):
        return Verdict()
    # A mismatch may be printed and saved, so secrets are removed first.
    redacted = redact(actual)
    if SHAPES[key].beside:
        return Verdict(compare(expected, redacted), _beside(SHAPES[key].beside, play, result, since))
    if key in ("result", "status") and result.error:
        return Verdict(compare(expected, redacted), whole=f"the step was refused: {result.error}")
    return Verdict(compare(expected, redacted), whole=differences(expected, redacted))


def at(path: str, play: Play, result: Result, since: Since) -> tuple[Any, Any]:
    """Return the value at `body.id` (`result.id` for short) or `aws users.0.id`, or ABSENT, and the whole that it is in.

    Raises HarnessError where that cannot be read.
    """
    key, _, rest = path.partition(".")
    if key in _OF_THE_RESULT:
        return result.at(path), result.as_data()
    actual = EXPECTATIONS[key](play, result, since)
    return (lookup(actual, rest) if rest else actual), actual


def _beside(key: str, play: Play, result: Result, since: Since) -> str:
    """Return the entries of another expectation, a line each."""
    return "\n".join(show(redact(entry), 1200) for entry in EXPECTATIONS[key](play, result, since))


def _one_of(expected: Mapping[str, Any], entries: list[Any]) -> Verdict:
    if not entries:
        return Verdict([Mismatch((), f"an entry with {show(dict(expected))}", "no entry at all")])
    if any(not compare(expected, entry) for entry in entries):
        return Verdict()
    missing = Mismatch((), f"an entry with {show(dict(expected))}", f"none like that among {len(entries)}")
    return Verdict([missing], nearest_entry(expected, redact(entries)))


def _is_matcher(expected: Mapping[str, Any]) -> bool:
    return len(expected) == 1 and str(next(iter(expected))).startswith("$")


@_expectation("result")
def _result(play: Play, result: Result, since: Since) -> Any:
    """`success` or `failure`."""
    del play, since
    return result.as_data()["result"]


@_expectation("error")
def _error(play: Play, result: Result, since: Since) -> Any:
    """The sentence of a refusal, null when there was none."""
    del play, since
    return result.error


@_expectation("status")
def _status(play: Play, result: Result, since: Since) -> Any:
    del play, since
    return result.status


@_expectation("headers")
def _headers(play: Play, result: Result, since: Since) -> Any:
    """The answer's headers, names in lower case."""
    del play, since
    return dict(result.headers)


@_expectation("body")
def _body(play: Play, result: Result, since: Since) -> Any:
    del play, since
    return result.body


@_expectation("provisioning log")
def _provisioning_log(play: Play, result: Result, since: Since) -> Any:
    """Entries of the provisioning log, oldest first."""
    del result
    return _graph_log(play, "/auditLogs/provisioning", since.provisioning)


@_expectation("audit log")
def _audit_log(play: Play, result: Result, since: Since) -> Any:
    """Entries of the audit log, oldest first; `Status Reason` is what the portal's column of that name shows."""
    del result
    entries = _graph_log(play, "/auditLogs/directoryAudits", since.audit)
    return [{**entry, "Status Reason": entry["resultReason"]} for entry in entries]


@_expectation("cloudtrail")
def _cloudtrail(play: Play, result: Result, since: Since) -> Any:
    """Events of CloudTrail's event history, oldest first, as `CloudTrailEvent` holds them."""
    del result
    events: list[Any] = []
    parameters: dict[str, Any] = {"MaxResults": 50}
    while len(events) < since.cloudtrail:
        page = content(play.aws("cloudtrail", "LookupEvents", parameters, quiet=True))
        events += [json.loads(event["CloudTrailEvent"]) for event in page["Events"]]
        if not page.get("NextToken"):
            break
        parameters["NextToken"] = page["NextToken"]
    return events[: since.cloudtrail][::-1]


@_expectation("aws users")
def _aws_users(play: Play, result: Result, since: Since) -> Any:
    """The console's Users page, oldest first."""
    del result, since
    return content(play.console("GET", "/users", quiet=True))["users"]


@_expectation("aws groups")
def _aws_groups(play: Play, result: Result, since: Since) -> Any:
    """The console's Groups page, oldest first."""
    del result, since
    return content(play.console("GET", "/groups", quiet=True))["groups"]


@_expectation("aws memberships")
def _aws_memberships(play: Play, result: Result, since: Since) -> Any:
    """Group name to the user names of its members, sorted."""
    del result, since
    groups = content(play.console("GET", "/groups", quiet=True))["groups"]
    return {group["displayName"]: sorted(group["members"]) for group in groups}


@_expectation("exchanges")
def _exchanges(play: Play, result: Result, since: Since) -> Any:
    """What Azure AD's provisioning service sent: method, path (decoded, behind the tenant URL), status, request, response."""
    del result, since
    return [_as_data(exchange) for exchange in play.exchanges if exchange.source == AZURE_AD]


@_expectation("job")
def _job(play: Play, result: Result, since: Since) -> Any:
    """The synchronization job as Graph shows it."""
    del result, since
    return play.graph_page(play.job_path())


@_expectation("mail")
def _mail(play: Play, result: Result, since: Since) -> Any:
    """Notification mails: from, to, subject, text, delivery."""
    del result
    mails = list(play.world.azure.mailer.outbox())
    return mails[len(mails) - since.mails :]


@_expectation("mapping")
def _mapping(play: Play, result: Result, since: Since) -> Any:
    """Users' attribute mappings: target attribute to source expression (null for a constant)."""
    del result, since
    schema = play.graph_page(play.job_path("/schema"))
    mapping = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    return {row["targetAttributeName"]: (row["source"] or {}).get("expression") for row in mapping}


def _graph_log(play: Play, path: str, count: int) -> list[Any]:
    entries: list[Any] = []
    url = f"{path}?$top={max(1, min(count, 999))}"
    while len(entries) < count:
        page = play.graph_page(url)
        entries += page["value"]
        link = page.get("@odata.nextLink")
        if not link:
            break
        url = quote(link.partition("/v1.0")[2], safe="/?&=$%")
    return entries[:count][::-1]


def request_line(method: str, url: str) -> str:
    """Write what was asked: `GET /Users?filter=userName eq "ana@contoso.com"`."""
    return f"{method} {_path(url)}"


def _path(url: str) -> str:
    """Return the decoded path behind the tenant URL, with the query."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return unquote_plus(path.partition("/scim/v2")[2] or path)


def _as_data(exchange: Exchange) -> dict[str, Any]:
    return {
        "method": exchange.request.method,
        "url": exchange.request.url,
        "path": _path(exchange.request.url),
        "status": exchange.response.status if exchange.response else None,
        "error": exchange.error,
        "headers": {name.lower(): value for name, value in exchange.request.headers},
        "request": _json(exchange.request.body),
        "response": _json(exchange.response.body) if exchange.response else None,
    }


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


@_expectation("both sides agree")
def _both_sides_agree(play: Play, result: Result, since: Since) -> Any:
    """Whether nothing differs. Raises StepError where nobody is in scope, as then nothing was compared."""
    del result, since
    verdict = _agreement(play)
    if verdict.is_empty:
        raise StepError(f"{verdict}, or expect 'differences: []' where nobody should be in AWS")
    return not verdict.differences


@_expectation("differences")
def _differences(play: Play, result: Result, since: Since) -> Any:
    """In what both sides differ, users first."""
    del result, since
    return [difference.document() for difference in _agreement(play).differences]


def _agreement(play: Play) -> Agreement:
    """Compare both sides. Raises StepError where no provisioning says who should be in AWS."""
    try:
        # Few scenarios look at both sides at once, and what that takes is a sixth of all modules.
        from harness.agreement.comparing import agreement

        return agreement(play.world)
    except HarnessError as error:
        raise StepError(str(error)) from error

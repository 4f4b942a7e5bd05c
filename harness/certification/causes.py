"""Findings: failures that have one cause, with what it is, which document demands otherwise, how to mend it, and the checks that fail.

A cause is known by what stands in the reasons and answers; what fails alike without a known cause is a finding too. Alike are
reasons that differ in names, numbers and addresses only, and in nothing that the server says of its refusal (`detail`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.base.store import Document
from harness.certification.outcomes import Outcome
from harness.certification.running import Result

_CUSTOM = "https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility"
_RFC = "https://datatracker.ietf.org/doc/html/rfc7644"
_WHERE = re.compile(
    r"in the provisioning log, \w+ has status failure, \w+: |https?://[^/\s]+| instead of .*$", re.DOTALL
)
_VARYING = re.compile(r'"[^"]*"|\b[0-9a-fA-F-]{8,}\b|\d+|/[\w./?=&%-]+')
_DETAIL = re.compile(r'"(?:detail|message|error_description)": ?"((?:[^"\\]|\\.)*)')
_DETAIL_LENGTH = 60  # characters of a detail that tell one refusal from another
_NOT_THERE = ("nothing but 404", "nothing but 405", "nothing but 501", "nothing of SCIM", "no answer")
_MANAGER_AS_TEXT = re.compile(rb'2\.0:User:manager", ?"value": ?"')
_EXTENSION_PATH = re.compile(rb'"path": ?"urn:ietf:params:scim:schemas:extension:')
_FALSE_AS_TEXT = re.compile(rb'"path": ?"active", ?"value": ?"False"|"value": ?"False", ?"path": ?"active"')
_REFUSED = (400, 422, 500, 501)
_OLD_OP = re.compile(rb'"op": ?"(?:Add|Replace|Remove)"')
_OLD_REMOVAL = re.compile(rb'"op": ?"Remove".*"value": ?\[')


@dataclass(frozen=True, slots=True)
class Cause:
    """A known cause of failures; `holds` tells whether it is the cause of a failed result."""

    sentence: str
    mend: str
    source: str
    holds: Callable[[Result], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause and the names of the checks that fail because of it, mandatory ones first; `source` is empty for an unknown cause."""

    sentence: str
    mend: str
    source: str
    checks: tuple[str, ...]
    mandatory: int

    @property
    def optional(self) -> bool:
        """Tell whether only optional checks fail, so that no verdict depends on it."""
        return not self.mandatory

    def document(self) -> Document:
        return {"cause": self.sentence, "mend": self.mend, "source": self.source, "checks": list(self.checks)}


def _says(pattern: str) -> Callable[[Result], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda result: compiled.search(result.reason) is not None


def _refuses_old_patches(result: Result) -> bool:
    """Tell whether PATCH without the flag's form was refused: every op in capital letters, or a removal with a list of values."""
    refused: list[bytes] = []
    taken: list[bytes] = []
    for each in result.exchanges:
        if each.request.method == "PATCH" and _OLD_OP.search(each.request.body) and each.response is not None:
            (refused if each.response.status in _REFUSED else taken).append(each.request.body)
    return any(not taken or _OLD_REMOVAL.search(body) is not None for body in refused)


def _refuses_extension_paths(result: Result) -> bool:
    """Tell whether every PATCH with the path of an extension's attribute was refused, and one at least with invalidPath."""
    answers = [
        each.response
        for each in result.exchanges
        if each.request.method == "PATCH"
        and _EXTENSION_PATH.search(each.request.body)
        and each.response is not None
    ]
    return all(each.status in _REFUSED for each in answers) and any(
        b"invalidPath" in each.body for each in answers
    )


def _takes_false_for_true(result: Result) -> bool:
    """Tell whether a PATCH of active with the text False was accepted, and the user stayed active."""
    written = [each for each in result.exchanges if _FALSE_AS_TEXT.search(each.request.body)]
    return bool(written) and _says(r"\bactive reads true\b")(result)


def _refuses_manager_as_text(result: Result) -> bool:
    """Tell whether a PATCH with a manager's id alone was refused with an answer that mentions the manager."""
    return any(
        each.request.method == "PATCH"
        and each.response is not None
        and each.response.status in (400, 422)
        and _MANAGER_AS_TEXT.search(each.request.body) is not None
        and b"manager" in each.response.body.lower()
        for each in result.exchanges
    )


def _refuses_the_token(result: Result) -> bool:
    """Tell whether the right token was refused: some checks send wrong tokens, and want a 401."""
    of_the_job = _got("nothing but 401")(result) and _says("authorization")(result)
    return of_the_job or _says(r"\banswered 401\b")(result)


def _got(refusal: str) -> Callable[[Result], bool]:
    return lambda result: result.refusal is not None and result.refusal.text.startswith(refusal)


CAUSES = (
    Cause(
        "A web page is answered where SCIM was asked for.",
        "Let the SCIM address past the login page, and check the base path.",
        f"{_RFC}#section-3.8",
        _got("nothing but web pages"),
    ),
    Cause(
        "The token may do nothing.",
        "Give a token that may read and write users and groups.",
        f"{_RFC}#section-3.12",
        _got("nothing but 403"),
    ),
    Cause(
        "The server fails at every request.",
        "Look into its own log: it answers 500 to all that is asked.",
        f"{_RFC}#section-3.12",
        _got("nothing but 500"),
    ),
    Cause(
        "The address leads elsewhere.",
        "Give the address that the redirection names, https for http among others: a redirected POST or PATCH may lose its body.",
        "https://datatracker.ietf.org/doc/html/rfc9110#section-15.4",
        _got("nothing but redirections"),
    ),
    Cause(
        "There is no SCIM at this address.",
        "Check host and base path: /Users, /Groups and /ServiceProviderConfig follow right behind the address.",
        f"{_RFC}#section-3.2",
        lambda result: any(_got(each)(result) for each in _NOT_THERE),
    ),
    Cause(
        "Answers come in another media type than application/scim+json.",
        "Send Content-Type: application/scim+json with every answer that has a body.",
        f"{_RFC}#section-3.8",
        _says(r"instead of application/scim\+json|Content-Type is "),
    ),
    Cause(
        "GET /Schemas does not describe groups.",
        "List urn:ietf:params:scim:schemas:core:2.0:Group among the Resources of /Schemas.",
        f"{_RFC}#section-4",
        _says(r"/Schemas did not return the Group schema"),
    ),
    Cause(
        "A path that is not served is answered with a web page.",
        "Serve it if the check wants it, /Schemas/{id} and /ResourceTypes/{id} among them; answer others with a SCIM error.",
        f"{_RFC}#section-3.12",
        _says(r"\b404\b.*(<html|<!doctype)"),
    ),
    Cause(
        "A web page is answered where SCIM was asked for.",
        "Let the SCIM address past the login page, and check the base path.",
        f"{_RFC}#section-3.8",
        _says(r"<html|<!doctype"),
    ),
    Cause(
        "The token is not accepted.",
        "Give the token of this endpoint in SCIM_TOKEN, whole and not expired.",
        f"{_RFC}#section-3.12",
        _refuses_the_token,
    ),
    Cause(
        "PATCH by the path of an extension's attribute is refused.",
        "Take urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department and the like as path: the schema's URN, a colon, "
        "the name.",
        f"{_RFC}#section-3.10",
        _refuses_extension_paths,
    ),
    Cause(
        'The text "False" is taken for true.',
        'Read "True" and "False" as booleans where PATCH sets active, or have administrators enter ?aadOptscim062020 behind the '
        "address.",
        _CUSTOM,
        _takes_false_for_true,
    ),
    Cause(
        "A manager is refused when given by the id alone, as Azure AD sends it.",
        "Take the id as text where PATCH has the path …:User:manager, as the value of the manager.",
        _CUSTOM,
        _refuses_manager_as_text,
    ),
    Cause(
        "PATCH is refused in the form that Azure AD sends without its flag.",
        "Take op without regard to case and lists of values, or have administrators enter ?aadOptscim062020 behind the address.",
        _CUSTOM,
        _refuses_old_patches,
    ),
    Cause(
        "Errors are no SCIM errors.",
        "Answer errors with the schema urn:ietf:params:scim:api:messages:2.0:Error and the status as text.",
        f"{_RFC}#section-3.12",
        _says(r"schemas is .* instead of \[\"urn:ietf:params:scim:api:messages:2.0:Error|: status is "),
    ),
    Cause(
        "Refusals lack their scimType.",
        "Say uniqueness, invalidFilter, noTarget or mutability in scimType, as the table there has them.",
        f"{_RFC}#section-3.12",
        _says(r"scimType is "),
    ),
)


def findings(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Return the findings; the one that fails most mandatory checks comes first."""
    failed = [each for each in results if each.outcome in (Outcome.FAILED, Outcome.WARNING)]
    groups: defaultdict[tuple[str, str, str], list[Result]] = defaultdict(list)
    for result in failed:
        cause = next((each for each in CAUSES if each.holds(result)), None)
        key = (cause.sentence, cause.mend, cause.source) if cause else (_shape(result.reason), "", "")
        groups[key].append(result)
    made = [_finding(key, group) for key, group in groups.items()]
    return tuple(sorted(made, key=lambda each: (-each.mandatory, -len(each.checks))))


def _finding(key: tuple[str, str, str], group: list[Result]) -> Finding:
    sentence, mend, source = key
    ordered = sorted(group, key=lambda each: not each.check.mandatory)
    checks = tuple(f"{each.suite} {each.check.name}" for each in ordered)
    mandatory = sum(each.outcome is Outcome.FAILED for each in group)
    return Finding(sentence if mend else group[0].reason, mend, source, checks, mandatory)


def _shape(reason: str) -> str:
    """Return a reason without what differs from one request to the next, so that failures that are alike have the same text.

    Of the answer its detail stays, and of that the beginning, for a reason may be cut short.
    """
    wrong, _, answer = reason.partition(": {")
    detail = _DETAIL.search(answer)
    if detail is None:
        return _VARYING.sub("…", wrong)
    beginning = " ".join(detail[1].replace("\\n", " ").split())[:_DETAIL_LENGTH]
    return _VARYING.sub("…", f"{_WHERE.sub('', wrong)}: {beginning}")

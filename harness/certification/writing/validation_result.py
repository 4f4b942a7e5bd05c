"""What the gallery suite came to, in the form of the file that vendors send to Microsoft.

Microsoft's script makes it of a run of their Logic App. The fields are the same; where theirs has the workflow's actions,
this has the requests, and where theirs names a subscription, this names nothing. The verdict is theirs: one of the two tests
of signing in has to have passed, and no waiver counts.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
ValidateLogicAppRun-Standard.ps1 and Orchestrator_Workflow.json, Final_TestResults (read 2026-11-29).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from harness.base.store import Document
from harness.certification.certificate import Certificate
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.report.formats.json_report import as_json, body_document

_SUITE = "entra-gallery"
_SIGN_IN = ("Validate_Credentials_Test", "Federated_Identity_Test")
_WORDS = {Outcome.SKIPPED: "SKIPPED", Outcome.WARNING: "WARNING", Outcome.PASSED: "success"}
_REDACTED = "***"
_ISSUES = "https://learn.microsoft.com/en-us/azure/active-directory/app-provisioning/known-issues"
_DIRECT = (*_SIGN_IN, "Schema_Discoverability_Test")


def render(certificate: Certificate) -> str:
    """Write the file of a certificate that has the gallery suite."""
    verdict = next(each for each in certificate.verdicts if each.suite.name == _SUITE)
    results = verdict.results
    tests = [_test(each) for each in results]
    failed = [each for each in tests if not each["testResult"].startswith(("success", "SKIPPED"))]
    whole = len(results) == len(verdict.suite.checks)
    overall = "Succeeded" if whole and _succeeded(results) else "Failed"
    statuses = Counter(_status(exchange) for each in results for exchange in each.exchanges)
    workflows: dict[str, Document] = {}
    for each in results:
        workflows.setdefault(_workflow(each), {})[each.check.name] = _actions(each)
    document = {
        "validationResult": "PASSED" if overall == "Succeeded" and not failed else "FAILED",
        "runStatus": overall,
        "overallResultFromTests": overall,
        "validationChecks": {
            "noFailedActions": not statuses["Failed"],
            "noFailedTests": not failed,
            "templateStructureValid": True,
            "requiredStagesExecuted": whole,
            "allTemplateActionsExecuted": whole,
        },
        "timestamp": certificate.ended,
        "runId": certificate.seed,
        "logicAppName": f"harness {certificate.environment['harness']}",
        "resourceGroup": None,
        "subscriptionId": None,
        "startTime": certificate.date,
        "endTime": certificate.ended,
        "duration": _duration(certificate.date, certificate.ended),
        "parameters": {
            "scimEndpoint": certificate.endpoint,
            "scimBearerToken": _REDACTED,
            "EnabledTests": "All",
        },
        "actionSummary": {
            "total": statuses.total(),
            **{word.lower(): statuses[word] for word in ("Succeeded", "Failed")},
            "skipped": 0,
            "other": 0,
        },
        "testSummary": {
            "total": len(tests),
            "success": sum(each["testResult"].startswith("success") for each in tests),
            "skipped": sum(each["testResult"].startswith("SKIPPED") for each in tests),
            "failed": len(failed),
        },
        "testResults": tests,
        "failedActions": [each for result in results for each in _failures(result, certificate.seed)],
        "templateValidation": {"valid": whole, "requiredStages": [], "errors": []},
        "actionComparison": {"valid": whole, "missingFromRunCount": 0, "missingActions": None},
        "childWorkflowRuns": dict.fromkeys(workflows, certificate.seed),
        "childWorkflowRunLinks": None,
        "allActionsDetailed": workflows,
    }
    return as_json(document) + "\n"


def _succeeded(results: Sequence[Result]) -> bool:
    """Tell whether Microsoft's verdict is Succeeded: waived is failed, and so is what could not be judged."""
    good = (Outcome.PASSED, Outcome.SKIPPED)
    mandatory = [each for each in results if each.check.mandatory and each.check.name not in _SIGN_IN]
    signed_in = [each.outcome for each in results if each.check.name in _SIGN_IN]
    return Outcome.PASSED in signed_in and all(each.outcome in good for each in mandatory)


def _test(result: Result) -> Document:
    word = _WORDS.get(result.outcome, "FAILED")
    failed = word not in ("success", "SKIPPED")
    return {
        "testName": result.check.name,
        "testCategory": "mandatory" if result.check.mandatory else "optional",
        "testResult": f"{word} - {result.reason}" if result.reason else word,
        "provisioningErrorDetails": {"summary": result.reason} if failed else "",
        "recommendationUrl": _ISSUES if failed else "",
        "runLink": "",
        "message": "" if word == "SKIPPED" else result.check.passes_when,
    }


def _workflow(result: Result) -> str:
    name = result.check.name
    if name.startswith("SCIM_") or name in _DIRECT:
        return "SCIMTests_Workflow"
    return "GroupTests_Workflow" if "Group" in name else "UserTests_Workflow"


def _actions(result: Result) -> Document:
    details: dict[str, Any] = {
        "status": "Failed" if result.outcome is Outcome.FAILED else "Succeeded",
        "startTime": result.began,
        "error": {"message": result.reason} if result.reason else None,
    }
    return {
        "_details": details,
        **{
            _name(number, each): {"_details": _request(each)}
            for number, each in enumerate(result.exchanges, 1)
        },
    }


def _name(number: int, exchange: Any) -> str:
    return f"{number:03d}_{exchange.request.method}"


def _status(exchange: Any) -> str:
    return "Succeeded" if exchange.response is not None and exchange.response.status < 400 else "Failed"


def _request(exchange: Any) -> Document:
    request, response = exchange.request, exchange.response
    return {
        "status": _status(exchange),
        "code": None if response is None else response.status,
        "startTime": exchange.at,
        "error": {"message": exchange.error} if exchange.error else None,
        "inputs": {
            "uri": request.url,
            "method": request.method,
            "body": body_document(request.body),
        },
        "outputs": None
        if response is None
        else {
            "statusCode": response.status,
            "headers": dict(response.headers),
            "body": body_document(response.body),
        },
    }


def _failures(result: Result, run: str) -> list[Document]:
    """Return the last request of a test that failed: what its reason speaks of."""
    if result.outcome is not Outcome.FAILED or not result.exchanges:
        return []
    last = result.exchanges[-1]
    return [
        {
            "name": f"{result.check.name}/{_name(len(result.exchanges), last)}",
            "workflow": _workflow(result),
            "runId": run,
            "status": "Failed",
            "errorCode": None if last.response is None else last.response.status,
            "errorMessage": result.reason,
        }
    ]


def _duration(began: str, ended: str) -> str:
    if not (began and ended):
        return "N/A"
    span = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
    minutes, seconds = divmod(int(span / timedelta(seconds=1)), 60)
    return f"{minutes // 60}h {minutes % 60}m {seconds}s"

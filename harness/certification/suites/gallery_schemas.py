"""What a server says of its schemas: test 15 of Microsoft's app-gallery validation, and what other tests read there.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md and SCIMTests_Workflow.json (read 2026-11); RFC 7644, 4, and RFC 7643, 7.
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.bench import Bench
from harness.certification.endpoint import document, require, resources
from harness.certification.suite import FailedError
from harness.certification.suites.answers import objects
from harness.certification.suites.targets import GROUP, USER, Target, targets
from harness.scim.names import CORE_GROUP, CORE_USER

_TOLD = "GET /Schemas"


def schema_discoverability(bench: Bench) -> None:
    """Test 15: whatever the job maps is in the schemas."""
    found = schemas(bench)
    missing = [
        f"{kind} {target.name}"
        for kind, core in ((USER, CORE_USER), (GROUP, CORE_GROUP))
        for target in targets(bench.subject, kind)
        if not _described(found, core, target)
    ]
    if missing:
        common = "externalId" in " ".join(missing)
        hint = " (RFC 7643 3.1 leaves externalId out of the schemas, this validation wants it there)"
        raise FailedError(
            f"{_TOLD} does not have what the job maps: {', '.join(missing)}{hint if common else ''}"
        )


def schemas(bench: Bench) -> dict[str, list[Document]]:
    """Return attribute definitions by a schema's URN in lower case. Raises FailedError unless there are some."""
    response = bench.endpoint.ask("GET", "/Schemas")
    require(response, 200, told=_TOLD)
    if response.body.lstrip().startswith(b"["):
        raise FailedError(f"{_TOLD} answered a bare array instead of a ListResponse with Resources")
    listed = resources(document(response, _TOLD), _TOLD)
    if not listed:
        raise FailedError(f"{_TOLD} answered no schema")
    return {str(each.get("id")).lower(): objects(each.get("attributes")) for each in listed}


def require_groups(bench: Bench) -> None:
    """Raise FailedError unless the schemas have that of groups: the validation fails all that concerns them."""
    if CORE_GROUP.lower() not in schemas(bench):
        raise FailedError(f"{_TOLD} has no {CORE_GROUP}; provisioning of groups is mandatory")


def required(found: dict[str, list[Document]], target: Target) -> bool:
    """Tell whether the schemas require a target's attribute, so that it cannot be emptied."""
    definition = _attribute(found, CORE_USER, target)
    return definition is not None and definition.get("required") is True


def _described(found: dict[str, list[Document]], core: str, target: Target) -> bool:
    """A typed path, as `emails[type eq "work"].value`, must be of a canonical type only where some are listed."""
    if target.path.attribute is None:
        return str(target.path.schema).lower() in found
    attribute = _attribute(found, core, target)
    if attribute is None:
        return False
    subs = objects(attribute.get("subAttributes"))
    if target.path.sub is not None and _named(subs, target.path.sub) is None:
        return False
    return all(_canonical(_named(subs, term.attribute), term.value) for term in target.path.where or ())


def _canonical(definition: Document | None, value: object) -> bool:
    if definition is None:
        return False
    canonical = definition.get("canonicalValues")
    if not isinstance(canonical, list) or not canonical:
        return True
    return str(value).lower() in [str(each).lower() for each in canonical]


def _attribute(found: dict[str, list[Document]], core: str, target: Target) -> Document | None:
    return _named(found.get((target.path.schema or core).lower(), []), str(target.path.attribute))


def _named(definitions: list[Document], name: str) -> Document | None:
    return next((each for each in definitions if str(each.get("name")).lower() == name.lower()), None)

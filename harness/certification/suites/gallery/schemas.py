"""What a server says of its schemas: test 15 of Microsoft's app-gallery validation, and what other tests read there.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, test 15 (at 3372c7e), and RFC 7644, 4, and RFC 7643, 7 (all read 2026-11-30);
SCIMTests_Workflow.json (at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode, read 2026-11-29).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_document,
    require_resources,
    require_status,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.suites import people
from harness.certification.suites.targets import GROUP, USER, Target, known_targets
from harness.scim.names import CORE_GROUP, CORE_USER

_LABEL = "GET /Schemas"


def schema_discoverability(bench: Bench) -> None:
    """Test 15: whatever the job's target directory has is in the schemas, mapped or not."""
    described = schemas(bench)
    missing = [
        f"{kind} {target.name}"
        for kind, core in ((USER, CORE_USER), (GROUP, CORE_GROUP))
        for target in known_targets(bench.subject, kind)
        if not _described(described, core, target)
    ]
    hint = " (RFC 7643 3.1 leaves externalId out of the schemas, this validation wants it there)"
    names = ", ".join(missing) + (hint if "externalId" in " ".join(missing) else "")
    require(not missing, f"{_LABEL} does not have what the job's target directory has: {names}")


def schemas(bench: Bench) -> dict[str, list[Document]]:
    """Return attribute definitions by a schema's URN in lower case. Raises FailedError unless there are some."""
    response = bench.endpoint.ask("GET", "/Schemas")
    require_status(_LABEL, response, 200)
    bare = response.body.lstrip().startswith(b"[")
    require(not bare, f"{_LABEL} answered a bare array instead of a ListResponse with Resources")
    listed = require_resources(_LABEL, require_document(_LABEL, response))
    require(bool(listed), f"{_LABEL} answered no schema")
    return {str(each.get("id")).lower(): objects(each.get("attributes")) for each in listed}


def require_groups(bench: Bench) -> None:
    """Raise FailedError unless the schemas have that of groups: the validation fails all that concerns them.

    Raises SkippedError where somebody says that there are none: the gallery's requirements only recommend groups, in
    https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/app-gallery-user-provisioning-requirements, SCIM API
    requirements (its German edition, read 2026-11-30).
    """
    people.need_groups(bench)
    reason = "/Schemas did not return the Group schema, and group provisioning is mandatory"
    try:
        described = schemas(bench)
    except FailedError as failed:
        raise FailedError(f"{reason}: {failed}") from failed
    require(CORE_GROUP.lower() in described, f"{reason}: it has {written(list(described))}")


def need_groups(bench: Bench) -> None:
    """Raise SkippedError unless the schemas have that of groups: so end the tests of groups that are optional."""
    try:
        require_groups(bench)
    except FailedError as failed:
        raise SkippedError(str(failed)) from failed


def required(described: dict[str, list[Document]], target: Target) -> bool:
    """Tell whether the schemas require a target's attribute, so that it cannot be emptied."""
    definition = _attribute(described, CORE_USER, target)
    return definition is not None and definition.get("required") is True


def _described(described: dict[str, list[Document]], core: str, target: Target) -> bool:
    """A typed path, as `emails[type eq "work"].value`, must be of a canonical type.

    The original makes its names of these, and `[primary eq "True"]` of what has none: SCIMTests_Workflow.json,
    Flatten_User_Attrs_Loop (read 2026-11-29 at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode).
    """
    if target.path.attribute is None:
        return str(target.path.schema).lower() in described
    attribute = _attribute(described, core, target)
    if attribute is None:
        return False
    subs = objects(attribute.get("subAttributes"))
    if target.path.sub is not None and _named(subs, target.path.sub) is None:
        return False
    types = _canonical(_named(subs, "type"))
    return all(
        not types if term.attribute.lower() == "primary" else str(term.value).lower() in types
        for term in target.path.where or ()
    )


def _canonical(definition: Document | None) -> list[str]:
    canonical = None if definition is None else definition.get("canonicalValues")
    return [str(each).lower() for each in canonical] if isinstance(canonical, list) else []


def _attribute(described: dict[str, list[Document]], core: str, target: Target) -> Document | None:
    return _named(described.get((target.path.schema or core).lower(), []), str(target.path.attribute))


def _named(definitions: list[Document], name: str) -> Document | None:
    return next((each for each in definitions if str(each.get("name")).lower() == name.lower()), None)

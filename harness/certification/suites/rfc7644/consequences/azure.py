"""What Azure AD is documented to send and RFC 7644 leaves open, or a server may decline: it warns.

Sources, read 2026-11-29: https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups,
"Handling provisioning and deprovisioning of users", Example 4 (before a manager is changed it is queried by a filter that has
id and manager, and for the id alone; whether that is still sent is open), and
https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility, "Flags
to alter the SCIM behavior", "Requests to replace multiple attributes" (one replace without a path, whose keys have dots and colons).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.certification.answers import excerpt, query, require, require_status, require_values, value
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_user
from harness.certification.suites.rfc7644.claims import need, require_found
from harness.scim.names import CORE_USER, ENTERPRISE_USER

_DEPARTMENT = f"{ENTERPRISE_USER}:department"


def _by_id(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    new_user(bench)
    condition = f"id eq {encode_text(made['id'])}"
    response = bench.endpoint.ask("GET", query("Users", condition))
    require(
        response.status != 400,
        f"GET {query('Users', condition)} is declined: {excerpt(response)}; take id in filters, alone and with and",
    )
    require_found(bench, condition, [made["id"]])


def _dotted(bench: Bench) -> None:
    need(bench, "patch")
    extension = {"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: {"department": "Sales"}}
    path, made = new_user(bench, **extension)
    keys = {"displayName": "Changed", "name.givenName": "Changed"}
    if value(bench.endpoint.get(path), _DEPARTMENT) is not None:
        keys[_DEPARTMENT] = "Changed"
    label = f"PATCH {path} without a path, by the keys {', '.join(keys)}"
    response = bench.endpoint.change(path, {"op": "replace", "value": keys})
    require_status(f"{label}, which are to be read as paths", response, 200, 204)
    values = {**keys, "name.familyName": made["name"]["familyName"]}
    require_values(
        f"GET {path} after {label}, which are to be read as paths", bench.endpoint.get(path), values
    )


CHECKS = (
    Check(
        "3.4.2.2 id",
        "RFC 7644 3.4.2.2 lets a server decline a filter; Azure AD is documented to ask by id together with manager",
        _by_id,
        mandatory=False,
    ),
    Check(
        "3.5.2 dotted keys",
        "RFC 7644 3.5.2.3 has no such keys; with the flag aadOptscim062020 Azure AD replaces name.givenName and an extension's "
        "attribute as keys of one value",
        _dotted,
        mandatory=False,
    ),
)

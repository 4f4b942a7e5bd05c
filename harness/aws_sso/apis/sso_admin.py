"""ListInstances: the one instance of this account.

Imitates https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListInstances.html (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.aws_sso.apis.parameters import Handler, Parameters
from harness.aws_sso.tenant import Tenant


def list_instances(tenant: Tenant, given: Parameters) -> dict[str, Any]:
    given.number("MaxResults", 10, 100)
    settings = tenant.settings
    instance = {
        "InstanceArn": settings.instance_arn,
        "IdentityStoreId": settings.identity_store_id,
        "OwnerAccountId": settings.account_id,
        "Status": "ACTIVE",
    }
    return {"Instances": [instance]}


OPERATIONS: Mapping[str, Handler] = {"ListInstances": list_instances}

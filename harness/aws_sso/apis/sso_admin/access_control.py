"""The operations on attributes for access control: which attributes of a person go into sessions.

What they are for is told by https://docs.aws.amazon.com/singlesignon/latest/userguide/attributesforaccesscontrol.html, "Getting
started" (edition of June 2023); the statuses are InstanceAccessControlAttributeConfigurationStatus of the model
sso-admin/2020-07-20 in botocore 1.44.5 (both read 2026-11-30). A configuration is ENABLED at once: CREATION_IN_PROGRESS is skipped.
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso.accounts import instance
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.sso_admin import sentences
from harness.aws_sso.apis.sso_admin.instances import check_instance

_CONFIGURATION = "InstanceAccessControlAttributeConfiguration"


def create(call: Call) -> dict[str, Any]:
    check_instance(call)
    if instance.instance(call.tenant).attributes is not None:
        raise sentences.conflict(sentences.inferred(call, "attributes-configured"))
    _put(call)
    return {}


def describe(call: Call) -> dict[str, Any]:
    attributes = _require(call)
    return {"Status": "ENABLED", _CONFIGURATION: {"AccessControlAttributes": attributes}}


def update(call: Call) -> dict[str, Any]:
    """Replace the attributes by those given."""
    _require(call)
    _put(call)
    return {}


def delete(call: Call) -> dict[str, Any]:
    _require(call)
    instance.change(call.tenant, attributes=None)
    return {}


def _put(call: Call) -> None:
    instance.change(call.tenant, attributes=call.parameters[_CONFIGURATION]["AccessControlAttributes"])


def _require(call: Call) -> list[dict[str, Any]]:
    check_instance(call)
    attributes = instance.instance(call.tenant).attributes
    if attributes is None:
        raise sentences.absent(call, "Attribute configuration of", call.parameters["InstanceArn"])
    return attributes

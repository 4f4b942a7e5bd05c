"""A bare world: nothing is configured, so that somebody can do the guide by hand from its first step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.base.errors import HarnessError
from harness.serving.options import Options
from harness.serving.served import Served
from harness.wire.message import json_request


@pytest.fixture
def bare() -> Iterator[Served]:
    served = Served(Options(bare=True))
    yield served
    served.stop()


def console(served, method):
    url = f"{served.urls[0]}/console/api/automatic-provisioning"
    return served.world.unrecorded(json_request(method, url)).json()


def test_nothing_is_configured(bare):
    """Provisioning is off, there is no job, and the ready file names neither a token nor a job."""
    assert console(bare, "GET")["provisioningMethod"] == "Manual"
    assert bare.world.azure.engine.jobs(bare.world.app_id) == []
    assert bare.ready["aws_sso"]["access_token"] == ""
    assert "job_id" not in bare.ready["azure_ad"]
    with pytest.raises(HarnessError, match="choose Get started"):
        bare.job()


def test_what_is_configured_by_hand_is_served(bare):
    """The endpoint that the ready file told is the one that enabling gives; the job is found once it is made."""
    assert console(bare, "POST")["scimEndpoint"] == bare.ready["aws_sso"]["scim_endpoint"]
    job = bare.world.azure.engine.create_job(bare.world.app_id, "scim")
    assert bare.job()["jobId"] == job.id

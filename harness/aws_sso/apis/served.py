"""The services that answer here, as a request names them; reading this table imports none of them."""

from __future__ import annotations

from importlib import import_module

from msgspec import Struct

from harness.aws_sso.apis.call import Service


class Served(Struct, frozen=True):
    """One service: its module, the name in signatures, what begins X-Amz-Target (empty for one asked in the query protocol)."""

    module: str
    signing_name: str
    target: str = ""

    def load(self) -> Service:
        """Return the service; its module is imported at the first call."""
        service = import_module(f"harness.aws_sso.apis.{self.module}").SERVICE
        assert isinstance(service, Service)
        return service


STS = Served("sts", "sts")
BY_TARGET = {
    each.target: each
    for each in (
        Served("cloudtrail", "cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
        Served("identitystore", "identitystore", "AWSIdentityStore"),
        Served("organizations", "organizations", "AWSOrganizationsV20161128"),
        Served("sso_admin", "sso", "SWBExternalService"),
    )
}
SIGNING_NAMES = frozenset(each.signing_name for each in (STS, *BY_TARGET.values()))

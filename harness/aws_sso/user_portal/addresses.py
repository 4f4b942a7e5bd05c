"""The addresses of sign-in, which an identity provider gets from AWS SSO."""

from __future__ import annotations

import uuid

from harness.aws_sso.tenant import Tenant


def saml_id(tenant: Tenant) -> str:
    """Return the instance's id in SAML addresses, which is not the SCIM tenant's."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, tenant.settings.instance_arn))


def consumer(tenant: Tenant) -> str:
    return f"{tenant.settings.signin_origin}/platform/saml/acs/{saml_id(tenant)}"


def issuer(tenant: Tenant) -> str:
    """Return the audience of assertions: a name in the form of a URL, which nobody requests."""
    return f"https://{tenant.settings.region}.signin.aws.amazon.com/platform/saml/{saml_id(tenant)}"


def portal(tenant: Tenant) -> str:
    return f"{tenant.settings.signin_origin}/start"


def portal_at_aws(tenant: Tenant) -> str:
    """Return the portal's address in AWS's form, for clients that insist on https.

    The AWS CLI does (2.38.5 of 2026-10), also where its endpoint is http. The form is that of
    https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosignin.html, "To sign in to the AWS access portal", step 1
    (edition of June 2023, read 2026-11-29).
    """
    return f"https://{tenant.settings.identity_store_id}.awsapps.com/start"


def metadata(tenant: Tenant) -> str:
    """Return the address of this account's metadata file (the service provider's)."""
    return f"{tenant.settings.signin_origin}/platform/saml/metadata/{saml_id(tenant)}"


def device(tenant: Tenant) -> str:
    """Return the address of the page on which a person confirms a device's code."""
    return f"{tenant.settings.signin_origin}/device"

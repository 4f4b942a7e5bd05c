"""Okta's suite: its specification test, its CRUD test, and what it sends for groups that are pushed."""

from __future__ import annotations

from harness.certification.suite import Check, Suite
from harness.certification.suites.okta import crud, groups, specification

OKTA: Suite[Check] = Suite(
    name="okta",
    title="Okta: SCIM 2.0 specification test, CRUD test, group push",
    fits="Succeeded means: Okta can list, create, update, deactivate and reactivate users of this server. It does not say that "
    "Okta has reviewed the integration, nor that Azure AD can provision to the server, nor that it conforms to RFC 7644.",
    source="https://developer.okta.com/docs/guides/scim-provisioning-integration-test/",
    requests=106,
    checks=(*specification.CHECKS, *crud.CHECKS, *groups.CHECKS),
)

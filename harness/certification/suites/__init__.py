"""The suites: what Microsoft, Okta and the RFC ask of a SCIM server, one module each."""

from harness.certification.suite import Check, Suite
from harness.certification.suites.gallery import GALLERY
from harness.certification.suites.okta import OKTA
from harness.certification.suites.rfc7644 import RFC7644
from harness.certification.suites.validator import VALIDATOR

SUITES: tuple[Suite[Check], ...] = (GALLERY, VALIDATOR, OKTA, RFC7644)

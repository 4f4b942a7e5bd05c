"""The suites: what Microsoft, Okta and the RFC ask of a SCIM server, one module each."""

from harness.certification.suite import Check, Suite
from harness.certification.suites.gallery.suite import GALLERY
from harness.certification.suites.okta.suite import OKTA
from harness.certification.suites.rfc7644.suite import RFC7644
from harness.certification.suites.validator.suite import VALIDATOR

SUITES: tuple[Suite[Check], ...] = (GALLERY, VALIDATOR, OKTA, RFC7644)

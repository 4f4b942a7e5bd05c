"""Attributes for access control in an assertion (`AccessControl:`), and their checks.

The rules are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/troubleshooting.html, "Error 'An unexpected
error has occurred' when a user tries to sign in using an external identity provider" (edition of June 2023, read
2026-11-29): at most fifty, none twice, one value each, no XML in it, a format of SAML's. They apply where attributes for access
control are enabled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.aws_sso.user_portal.saml_xml import ASSERTION, text_of

_PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
_FORMATS = tuple(
    f"urn:oasis:names:tc:SAML:2.0:attrname-format:{name}" for name in ("basic", "uri", "unspecified")
)
_MOST = 50


def access_attributes(assertion: Any) -> Mapping[str, str]:
    """Return the attributes by name, without the prefix. Raises ValueError, whose text is the reason, for bad ones."""
    attributes: dict[str, str] = {}
    elements = list(assertion.iterfind(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"))
    if len(elements) > _MOST:
        raise ValueError(f"Assertion has more than {_MOST} attributes")
    names = [str(element.get("Name", "")) for element in elements]
    if len(set(names)) < len(names):
        raise ValueError("Assertion has an attribute twice")
    for name, element in zip(names, elements, strict=True):
        values = element.findall(f"{ASSERTION}AttributeValue")
        if len(values) > 1:
            raise ValueError("Assertion has an attribute of several values")
        if any(len(value) for value in values):
            raise ValueError("Assertion has an attribute whose value is XML")
        if element.get("NameFormat", _FORMATS[0]) not in _FORMATS:
            raise ValueError("Assertion has an attribute of an unknown name format")
        if name.startswith(_PREFIX) and values:
            attributes[name.removeprefix(_PREFIX)] = text_of(values[0])
    return attributes

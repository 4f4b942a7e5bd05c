"""What a browser may do with a page: run this app's own script and style, send forms here, and show it in no frame.

https://www.w3.org/TR/CSP3/, "Content Security Policy Directives" (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Response

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


def guard(response: Response, *, forms_lead_on: bool = False) -> Response:
    """Add the policy to a page; with `forms_lead_on` a form's answer may redirect the browser to another site."""
    for name, value in policy(forms_lead_on=forms_lead_on).items():
        response.headers[name] = value
    return response


def policy(*, forms_lead_on: bool = False) -> Mapping[str, str]:
    """Return the policy's headers."""
    forms = "" if forms_lead_on else "; form-action 'self'"
    return {
        "Content-Security-Policy": _POLICY + forms,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }

"""OAuth's errors as `sso-oidc` writes them: the name in a header, `error` and `error_description` in the body.

Names, statuses and what stands in `error` are those of the model sso-oidc/2019-06-10 in botocore 1.44.5, under CreateToken and
RegisterClient (read 2026-11-30); one description was
captured (https://github.com/boto/boto3/issues/3891, the log in the second comment, read 2026-11-29), the others are rows of
the quirk `oidc-descriptions`.
"""

from __future__ import annotations

from harness.aws_sso.apis.portal.frame import OIDC, PortalError
from harness.aws_sso.tenant import Tenant

# OAuth's error: the API's name for it, and the HTTP status.
_ERRORS = {
    "access_denied": ("AccessDeniedException", 400),
    "authorization_pending": ("AuthorizationPendingException", 400),
    "expired_token": ("ExpiredTokenException", 400),
    "invalid_client": ("InvalidClientException", 401),
    "invalid_client_metadata": ("InvalidClientMetadataException", 400),
    "invalid_grant": ("InvalidGrantException", 400),
    "invalid_redirect_uri": ("InvalidRedirectUriException", 400),
    "invalid_request": ("InvalidRequestException", 400),
    "invalid_scope": ("InvalidScopeException", 400),
    "slow_down": ("SlowDownException", 400),
    "unauthorized_client": ("UnauthorizedClientException", 400),
    "unsupported_grant_type": ("UnsupportedGrantTypeException", 400),
}


def oauth_error(tenant: Tenant, error: str) -> PortalError:
    code, status = _ERRORS[error]
    description = str(tenant.quirks["oidc-descriptions"][error])
    return PortalError(OIDC, code, status, {"error": error, "error_description": description})

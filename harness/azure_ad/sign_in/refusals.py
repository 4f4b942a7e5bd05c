"""The token endpoint's errors: AADSTS code, HTTP status, OAuth's error and the sentence.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes (read 2026-11-29) for the codes'
meaning; status and whole sentence are those that people paste into public threads. What is said of a client's assertion is at
https://learn.microsoft.com/en-us/azure/developer/java/sdk/troubleshooting-authentication-service-principal, "Troubleshoot
ClientAssertionCredential authentication issues" (700021, 700023), and pasted whole, with today's address of the documentation, in
https://github.com/AzureAD/microsoft-authentication-library-for-java/issues/984, of 2025-08-29 (700024). 501051
is in https://doc.nais.io/auth/entra-id, "Troubleshooting"; it names the API as it was asked for. Of tokens that others issue:
700211 whole in https://github.com/Azure/azure-workload-identity/issues/1200, 700213 like it in
https://github.com/Azure/login/issues/517, their status in https://github.com/microsoft/Agents/issues/202, 501661 in
https://docs.gitlab.com/ci/cloud_services/azure/, "Troubleshooting" (read 2026-11-29); 700212, which is of the audience, and the status of
501661 are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping

_REVIEW = "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."

_FEDERATED = (
    "No matching federated identity record found for presented assertion {0} '{{0}}'. Check your federated identity credential "
    "Subject, Audience and Issuer against the presented assertion. "
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)

# Code, HTTP status, OAuth error and sentence.
REFUSALS: Mapping[int, tuple[int, str, str]] = {
    700021: (
        400,
        "invalid_client",
        f"Client assertion application identifier doesn't match 'client_id' parameter. {_REVIEW}",
    ),
    700024: (
        401,
        "invalid_client",
        (
            "Client assertion is not within its valid time range. Current time: {0}, assertion valid from {1}, expiry time of "
            f"assertion {{2}}. {_REVIEW}"
        ),
    ),
    700027: (
        401,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application, or the client assertion failed signature validation. Thumbprint of key used by client: '{0}'.",
    ),
    700023: (
        401,
        "invalid_client",
        f"Client assertion audience claim does not match Realm issuer. {_REVIEW}",
    ),
    700211: (401, "invalid_client", _FEDERATED.format("issuer")),
    700212: (401, "invalid_client", _FEDERATED.format("audience")),
    700213: (401, "invalid_client", _FEDERATED.format("subject")),
    501661: (400, "invalid_request", "Request to External OIDC endpoint failed."),
    50027: (400, "invalid_request", "JWT token is invalid or malformed: {0}."),
    501051: (
        400,
        "invalid_grant",
        "Application '{0}'({1}) is not assigned to a role for the application '{2}'({3}).",
    ),
    90002: (
        400,
        "invalid_request",
        (
            "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
            "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for "
            "the tenant."
        ),
    ),
    900144: (400, "invalid_request", "The request body must contain the following parameter: '{0}'."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{0}'."),
    700016: (
        400,
        "unauthorized_client",
        (
            "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application "
            "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may "
            "have sent your authentication request to the wrong tenant."
        ),
    ),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000215: (
        401,
        "invalid_client",
        (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
            "the client secret ID, for a secret added to app '{0}'."
        ),
    ),
    7000222: (401, "invalid_client", "The provided client secret keys for app '{0}' are expired."),
    1002012: (
        400,
        "invalid_scope",
        (
            "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default "
            "suffixed to the resource identifier (application ID URI)."
        ),
    ),
    50034: (
        400,
        "invalid_grant",
        "The user account {0} does not exist in the {1} directory. To sign into this application, the account must be added to the directory.",
    ),
    50057: (400, "invalid_grant", "The user account is disabled."),
    500011: (
        400,
        "invalid_resource",
        (
            "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application "
            "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You "
            "might have sent your authentication request to the wrong tenant."
        ),
    ),
}


class RefusedError(Exception):
    """No token is issued: an AADSTS code and the names in its sentence."""

    def __init__(self, code: int, *names: str) -> None:
        super().__init__(code)
        self.code = code
        self.names = [name[:200] for name in names]

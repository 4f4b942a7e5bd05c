"""The credentials of provisioning over Microsoft Graph: address and secrets saved, tested and listed.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-serviceprincipal-put-synchronization,
…/synchronization-synchronizationjob-validatecredentials, …/synchronization-synchronization-acquireaccesstoken (in v1.0 and beta:
api-reference/v1.0 of microsoftgraph/microsoft-graph-docs-contrib, read 2026-11-30; what it saves is inferred) and, for what is read,
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/skip-out-of-scope-deletions, step 3 (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.applications.secrets import OPEN_KEYS, SECRET_KEYS
from harness.azure_ad.graph.jobs.synchronization import engine_of
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import (
    ODataError,
    answer,
    body,
    collection,
    context,
    empty,
)
from harness.azure_ad.graph.odata.values import as_boolean
from harness.azure_ad.provisioning.connection_test import CredentialsError
from harness.azure_ad.provisioning.cycle.scoping import SWITCHES
from harness.azure_ad.provisioning.grants import GrantError
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

# The portal's sentence above the details of a failed Test Connection.
# https://github.com/MicrosoftDocs/azure-docs/issues/54231, opening post (read 2026-11-30)
INVALID_CREDENTIALS = (
    "You appear to have entered invalid credentials. Please confirm you are using the correct information for an "
    "administrative account."
)
# A switch may be written as a number, too (the skip-out-of-scope-deletions page).
_SWITCH_WORDS = {"true": "True", "false": "False", "1": "True", "0": "False", "": ""}
_SECRETS = "/servicePrincipals/<app>/synchronization/secrets"
_JOBS = "/servicePrincipals/<app>/synchronization/jobs"


def validate_credentials(app: str, job: str = "") -> Response:
    """Test Connection with the credentials of the body, or with the saved ones."""
    tenant = current()
    engine = engine_of(app, job) if job else tenant.engine
    document = body()
    use_saved = as_boolean(document.get("useSavedCredentials"))
    if not isinstance(use_saved, bool | None):
        raise refusals.PART_FORM.error(part="useSavedCredentials", form="true or false")
    typed = _pairs(document.get("credentials") or [])
    secrets = tenant.applications.secrets_with(app, typed) if use_saved else typed
    try:
        engine.validate(app, secrets)
    except CredentialsError as error:
        raise ODataError(400, error.code, f"{INVALID_CREDENTIALS} {error.message}") from error
    return empty()


def save_secrets(app: str) -> Response:
    """Save keys. A credential sent as the mask that answers show is not changed, which is inferred.

    So it is no new one, either, for another server's address that comes with it (`merged`).
    """
    tenant = current()
    hidden, saved = tenant.quirks["hidden-secret-value"], tenant.applications.secrets(app)
    pairs = {
        key: text
        for key, text in _pairs(body().get("value")).items()
        if key in OPEN_KEYS or key not in saved or text != hidden or not hidden
    }
    tenant.engine.save_secrets(app, pairs)
    return empty()


def acquire_access_token(app: str) -> Response:
    """Get an access token from the application's token endpoint, with these credentials and the saved ones."""
    try:
        current().engine.acquire_token(app, _pairs(body().get("credentials") or []))
    except GrantError as error:
        raise refusals.BAD_REQUEST.error(reason=error) from error
    return empty()


def list_secrets(app: str) -> Response:
    """Answer the saved keys; the quirk `hidden-secret-value` is the mask in place of a credential."""
    return collection(f"servicePrincipals('{app}')/synchronization/secrets", _shown(app))


def get_synchronization(app: str) -> Response:
    path = f"servicePrincipals('{app}')/synchronization/$entity"
    return answer({"@odata.context": context(path), "id": app, "secrets": _shown(app)})


def _shown(app: str) -> list[Document]:
    apps, hidden = current().applications, current().quirks["hidden-secret-value"]
    apps.find(app)
    return [
        {"key": key, "value": value if key in OPEN_KEYS else hidden}
        for key, value in sorted(apps.secrets(app).items())
    ]


def _pairs(value: object) -> dict[str, str]:
    """Read Graph's list of key and value. Raises ODataError for another shape or an unknown key."""
    if not isinstance(value, list):
        raise refusals.PAIRS_NEEDED.error()
    pairs: dict[str, str] = {}
    for entry in value:
        document: Document = entry if isinstance(entry, dict) else {}
        key, text = document.get("key"), document.get("value")
        if key not in SECRET_KEYS:
            raise refusals.SECRET_KEY_UNKNOWN.error(key=key)
        if not isinstance(text, str):
            raise refusals.PART_FORM.error(part=f"The value of '{key}'", form="text")
        if key in SWITCHES:
            word = _SWITCH_WORDS.get(text.lower())
            if word is None:
                raise refusals.PART_FORM.error(part=f"The value of '{key}'", form="true or false")
            text = text if text.lower() in ("true", "false", "") else word
        pairs[key] = text
    return pairs


ROUTES = (
    ("GET", "/servicePrincipals/<app>/synchronization", get_synchronization),
    ("GET", _SECRETS, list_secrets),
    ("PUT", _SECRETS, save_secrets),
    ("POST", "/servicePrincipals/<app>/synchronization/acquireAccessToken", acquire_access_token),
    ("POST", f"{_JOBS}/validateCredentials", validate_credentials),
    ("POST", f"{_JOBS}/<job>/validateCredentials", validate_credentials),
)

"""What an answer of the SCIM endpoint means to the provisioning service: request kind and status to error code.

`target.py` reads this table. A reaction is the failure of one object unless it is fatal; a fatal one is of the connection, and puts
the job into quarantine.

Sources: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, "Error codes" (read
2026-11-29); …/app-provisioning/application-provisioning-quarantine-status, "Why is my application in quarantine?" (what
quarantines at once), and …/app-provisioning/on-premises-ecma-troubleshoot, "Troubleshoot test connection issues" (a probe that
fails for another reason; both read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from msgspec import Struct

# `patch` is that of attributes, a manager or members: no source has a difference.
Kind: TypeAlias = Literal["probe", "filter", "read", "create", "patch", "delete"]

SCIM = "SystemForCrossDomainIdentityManagement"
INCOMPATIBLE = f"{SCIM}ServiceIncompatible"
# https://github.com/Budibase/budibase/issues/15369, opening post (read 2026-11-30)
NOT_DESERIALIZED = (
    "We are not able to deserialize the resource received from your SCIM endpoint because your SCIM endpoint is not fully "
    "compatible with the Azure Active Directory SCIM client."
)
# https://github.com/grokability/snipe-it/issues/11913, opening post (read 2026-11-30)
_NOT_OK = (
    "An HTTP/{status} response was returned rather than the expected HTTP/200 OK response. To address this issue, ensure "
    "that the tenant URL is correct. The tenant URL is usually in a format like: https://<>/scim. If this does not resolve "
    "the issue, contact the application developer to ensure their SCIM endpoint conforms with the protocol "
    "https://tools.ietf.org/html/rfc7644#section-3.4.2"
)
# https://knowledge.broadcom.com/external/article/430118
_NOT_AUTHORIZED = (
    "While attempting to validate our authorization to access your application, we received this unexpected response: "
    "{answer}"
)
# on-premises-ecma-troubleshoot, "Unable to test the connection"
_UNAVAILABLE = "We received this unexpected response from your application: {answer}. Please check the service and try again."


class Reaction(Struct, frozen=True):
    """The provisioning log's words for an answer.

    `sentence` may name {status} and {answer}; without one the log shows the answer itself. `category` is Graph's
    provisioningErrorInfo: `failure` is for the service to mend, `nonServiceFailure` for the customer. No source assigns the
    codes; here those that pass by themselves are the service's.
    """

    code: str
    category: str = "nonServiceFailure"
    fatal: bool = False
    sentence: str = ""


_ROWS: Mapping[int | str, Reaction] = {
    400: Reaction(
        f"{SCIM}BadRequest"
    ),  # https://github.com/1Password/scim-examples/issues/82, opening post: its answer is no SCIM error (read 2026-11-30)
    # https://github.com/MicrosoftDocs/azure-docs/issues/72862 (at AWS), https://github.com/grokability/snipe-it/issues/11094 and
    # https://github.com/getsentry/sentry/issues/84941, the opening posts (read 2026-11-30)
    "refused": Reaction(INCOMPATIBLE),
    401: Reaction("Unauthorized", fatal=True),
    403: Reaction("InsufficientRights"),
    404: Reaction("InvalidAnchor"),
    405: Reaction("MethodNotAllowed"),
    409: Reaction("EntryConflict"),
    422: Reaction("UnprocessableEntity"),
    429: Reaction("TooManyRequests", category="failure"),
    501: Reaction("NotImplemented"),
    "5xx": Reaction("InternalServerError", category="failure"),
    "timeout": Reaction("Timeout", category="failure"),
    "no answer": Reaction("WebExceptionProtocolError", category="failure"),
    "unreadable": Reaction(INCOMPATIBLE, sentence=NOT_DESERIALIZED),
}
_REFUSED = Reaction(f"{SCIM}CredentialValidationFailure", fatal=True, sentence=_NOT_AUTHORIZED)
_NOT_200 = Reaction(INCOMPATIBLE, sentence=_NOT_OK)
_NO_SERVICE = Reaction(
    f"{SCIM}CredentialValidationUnavailable", category="failure", fatal=True, sentence=_UNAVAILABLE
)
# Differences from the rows above, by kind of request.
_OWN_ROWS: Mapping[Kind, Mapping[int | str, Reaction]] = {
    "probe": {
        401: _REFUSED,
        403: _REFUSED,
        404: Reaction(INCOMPATIBLE, fatal=True, sentence=_NOT_OK),
        "unreadable": Reaction(INCOMPATIBLE, fatal=True, sentence=NOT_DESERIALIZED),
        # use-scim-to-provision-users-and-groups: the answer to a random identifier is an empty list.
        "somebody": Reaction(INCOMPATIBLE, fatal=True, sentence=_UNAVAILABLE),
        "any": _NO_SERVICE,
    },
    "filter": {
        400: _NOT_200,
        401: _REFUSED,
        403: _REFUSED,
        404: Reaction(INCOMPATIBLE, fatal=True, sentence=_NOT_OK),
    },
    "create": {
        # A search just found nobody, so the filter is to blame:
        # https://help.sumologic.com/docs/integrations/microsoft-azure, event of 2026-03-24.
        409: Reaction(f"{SCIM}ServiceIncompatibleFiltering"),
        404: Reaction(INCOMPATIBLE),  # there is no anchor yet that could be invalid
    },
}


@lru_cache(maxsize=64)
def reaction(kind: Kind, outcome: int | str) -> Reaction | None:
    """Return the table's reaction to a status or another outcome.

    Other outcomes are `timeout`, `no answer` (for any other reason), `unreadable`, `refused` (a write with 400) and, for a
    probe, `somebody` (it found one). None for a status without a source: redirects, 412, 415 and the like.
    """
    served = isinstance(outcome, str) or outcome < 500
    names = (outcome,) if served else (outcome, "5xx")
    own = _OWN_ROWS.get(kind, {})
    own_row = next((own[name] for name in (*names, "any") if name in own), None)
    return own_row or next((_ROWS[name] for name in names if name in _ROWS), None)

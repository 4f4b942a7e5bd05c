"""Keys of applications and service principals over Microsoft Graph: written with them, rolled, made for SAML.

`addKey` and `removeKey` want a proof that the caller has a key which is registered already: a token signed with it.

Source: https://learn.microsoft.com/en-us/graph/api/application-addkey, …/application-removekey, …/serviceprincipal-addkey,
…/serviceprincipal-removekey, …/serviceprincipal-addtokensigningcertificate, …/resources/keycredential and
https://learn.microsoft.com/en-us/graph/application-rollkey-prooftoken (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs). That `key` is null unless `$select` names keyCredentials is in today's edition of
…/resources/keycredential, "Properties" (read 2026-11-29). The code of a bad proof is that of the last page in its later form;
its status and the refusal where no key is registered are inferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from harness.azure_ad.certificates import completed, is_signed_by, read_token
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, context, empty
from harness.azure_ad.graph.odata.entity_types import APPLICATION
from harness.azure_ad.graph.odata.querying.options import text_of
from harness.azure_ad.graph.odata.values import is_moment, typed
from harness.azure_ad.signing import new_token_signing_key
from harness.azure_ad.tenant import Tenant, current
from harness.base.clock import from_iso, iso
from harness.base.store import Document
from harness.wire.message import Response

_AUDIENCE = "00000002-0000-0000-c000-000000000000"
_LIFE, _LONGEST = timedelta(minutes=10), timedelta(days=3 * 365)
_NAME, _PASSWORDS = "keyCredentials", "passwordCredentials"
_FORM = "certificates in base64, or keys that are there already by their keyId"


class _Holder(NamedTuple):
    """A type of object that has keys: its functions to find an object by id and to change it."""

    target: str
    find: Callable[[Tenant, str], Document]
    update: Callable[[Tenant, str, Document], Document]


_HOLDERS = {
    "applications": _Holder(
        "Application",
        lambda tenant, key: tenant.registrations.find(key),
        lambda tenant, key, changes: tenant.registrations.update(key, changes),
    ),
    "servicePrincipals": _Holder(
        "ServicePrincipal",
        lambda tenant, key: tenant.applications.find(key),
        lambda tenant, key, changes: tenant.applications.update(key, changes),
    ),
}
_WHICH = "/<any(applications, servicePrincipals):which>/<key>"


def with_certificates(properties: Document, present: Iterable[Document] = ()) -> Document:
    """Return properties with keys completed from their certificates; a key with only a keyId is the present one.

    A private key's password is not stored.
    """
    if isinstance(properties.get(_PASSWORDS), list):
        opened = [
            {name: value for name, value in each.items() if name != "secretText"}
            for each in properties[_PASSWORDS]
        ]
        properties = {**properties, _PASSWORDS: opened}
    if not isinstance(properties.get(_NAME), list):
        return properties
    there = {key["keyId"]: key for key in present}
    return {**properties, _NAME: [_written(key, there) for key in properties[_NAME]]}


def without_keys(document: Document) -> Document:
    """Return an object for an answer: no secrets, and the bytes of keys only where $select names them."""
    if document.get(_PASSWORDS):
        hidden = [{**each, "secretText": None} for each in document[_PASSWORDS]]
        document = {**document, _PASSWORDS: hidden}
    if not document.get(_NAME) or _NAME.lower() in text_of("$select").lower():
        return document
    return {**document, _NAME: [{**key, "key": None} for key in document[_NAME]]}


def _written(key: Document, there: dict[str, Document]) -> Document:
    if not key.get("key"):
        present = there.get(str(key.get("keyId")))
        if present is None:
            raise refusals.VALUE_FORM.error(name=_NAME, form=_FORM)
        return present
    if key.get("type") == "X509CertAndPassword":
        return {"keyId": current().ids.uuid(), **key}  # a private key, which is not read here
    try:
        return completed(key, current().ids)
    except ValueError as error:
        raise refusals.VALUE_FORM.error(name=_NAME, form=_FORM) from error


def add_key(which: str, key: str) -> Response:
    tenant, request_body, holder = current(), body(), _HOLDERS[which]
    with tenant.store.transaction():
        document = _proven(tenant, holder, key, request_body)
        new = typed(APPLICATION, {_NAME: [request_body.get("keyCredential")]}, creating=False)
        (made,) = with_certificates(new)[_NAME]
        changes = {_NAME: [*(document.get(_NAME) or ()), made]}
        note(Activities.CHANGE_SECRETS, Target(holder.target, holder.update(tenant, key, changes)))
    return answer({"@odata.context": context("microsoft.graph.keyCredential"), **made, "key": None})


def remove_key(which: str, key: str) -> Response:
    tenant, request_body, holder = current(), body(), _HOLDERS[which]
    with tenant.store.transaction():
        document = _proven(tenant, holder, key, request_body)
        present = document.get(_NAME) or []
        rest = [each for each in present if each["keyId"] != request_body.get("keyId")]
        if len(rest) == len(present):
            raise NotFoundError(
                f"No credentials found to be removed with keyId '{request_body.get('keyId')}'."
            )
        note(Activities.CHANGE_SECRETS, Target(holder.target, holder.update(tenant, key, {_NAME: rest})))
    return empty()


def _proven(tenant: Tenant, holder: _Holder, key: str, request_body: Document) -> Document:
    """Return the object whose key signed the proof. Raises ODataError for a bad proof, NotFoundError."""
    document, now = holder.find(tenant, key), tenant.clock.now()
    keys = document.get(_NAME) or []
    if not keys:
        raise refusals.FORBIDDEN.error()
    try:
        token = read_token(str(request_body.get("proof") or ""))
    except ValueError as error:
        raise refusals.PROOF_REFUSED.error() from error
    named = (token.claims.get("aud"), token.claims.get("iss")) == (_AUDIENCE, document["id"])
    in_time = token.holds(now) and token.end - token.start <= _LIFE.total_seconds()
    if not named or not in_time or not is_signed_by(token, keys, now):
        raise refusals.PROOF_REFUSED.error()
    return document


def add_token_signing_certificate(app: str) -> Response:
    """Make a certificate that SAML assertions are signed with once `preferredTokenSigningKeyThumbprint` names it."""
    tenant, document = current(), body()
    name, ends = document.get("displayName"), _ends(tenant, document.get("endDateTime"))
    if not isinstance(name, str) or not name.startswith("CN=") or not name[3:].strip():
        raise refusals.VALUE_FORM.error(name="displayName", form="a name that begins with CN=")
    with tenant.store.transaction():
        principal = tenant.applications.find(app)
        made = new_token_signing_key(tenant.store, tenant.clock, tenant.ids, name, ends)
        public = completed(_key("AsymmetricX509Cert", "Verify", name, made.certificate), tenant.ids)
        private = {**public, **_key("X509CertAndPassword", "Sign", name, None), "keyId": tenant.ids.uuid()}
        password = {
            name: private[name] for name in ("customKeyIdentifier", "endDateTime", "keyId", "startDateTime")
        }
        changes = {
            _NAME: [*(principal.get(_NAME) or ()), private, public],
            _PASSWORDS: [*(principal.get(_PASSWORDS) or ()), password],
        }
        note(
            Activities.UPDATE_PRINCIPAL, Target("ServicePrincipal", tenant.applications.update(app, changes))
        )
    shown = {"@odata.context": context("microsoft.graph.selfSignedCertificate"), **public}
    return answer({**shown, "thumbprint": made.thumbprint})


def _key(kind: str, usage: str, name: str, key: str | None) -> Document:
    return {"displayName": name, "key": key, "type": kind, "usage": usage}


def _ends(tenant: Tenant, value: Any) -> datetime:
    """Return when a certificate ends: three years from now, or before. Raises ODataError."""
    latest = tenant.clock.now() + _LONGEST
    if value is None:
        return latest
    if not is_moment(value) or not tenant.clock.now() < from_iso(value) <= latest:
        raise refusals.VALUE_FORM.error(name="endDateTime", form=f"a moment from now to {iso(latest)}")
    return from_iso(str(value))


ROUTES = (
    ("POST", f"{_WHICH}/addKey", add_key),
    ("POST", f"{_WHICH}/removeKey", remove_key),
    ("POST", "/servicePrincipals/<app>/addTokenSigningCertificate", add_token_signing_certificate),
)

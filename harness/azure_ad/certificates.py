"""Certificates that clients register, and the tokens that they sign with them: read, and checked.

A certificate comes as base64 of its DER, or of its PEM. RS256 with the thumbprint `x5t`, which older libraries send, is
taken as well as PS256 with `x5t#S256`; without a thumbprint every registered certificate is tried (inferred).

Source: https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials, "Header", and
https://learn.microsoft.com/en-us/graph/api/resources/keycredential (read 2026-11-29).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from harness.base.clock import from_iso, iso
from harness.base.ids import Ids
from harness.base.store import Document

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_THUMBPRINTS = {"x5t": hashlib.sha1, "x5t#S256": hashlib.sha256}


class SignedToken(Struct, frozen=True):
    """A JSON Web Token: what its signature is over, and the signature.

    It holds from `start` to before `end`, in seconds of the epoch, parts of one included; without `nbf` from the beginning.
    """

    head: Document
    claims: Document
    start: float
    end: float
    signed: bytes
    signature: bytes

    @property
    def thumbprint(self) -> str:
        return str(self.head.get("x5t#S256") or self.head.get("x5t") or "")

    def holds(self, now: datetime) -> bool:
        return self.start <= now.timestamp() < self.end


def read_token(text: str) -> SignedToken:
    """Return a signed JSON Web Token that ends. Raises ValueError for anything else, with what is wrong of it."""
    parts = text.split(".")
    try:
        head, claims = (json.loads(_bytes(part)) for part in parts[:2])
        signature = _bytes(parts[2])
    except (ValueError, IndexError, RecursionError) as error:
        raise ValueError("it is no signed JSON Web Token") from error
    if len(parts) != 3 or not isinstance(head, dict) or not isinstance(claims, dict):
        raise ValueError("it is no signed JSON Web Token")
    start, end = _moment(claims, "nbf", 0), _moment(claims, "exp", None)
    return SignedToken(head, claims, start, end, text.rpartition(".")[0].encode(), signature)


def _moment(claims: Document, name: str, usual: float | None) -> float:
    value = claims.get(name, usual)
    if not isinstance(value, int | float) or not 0 <= value < 1 << 36:
        raise ValueError(f"its claim {name} is no moment")
    return value


def is_signed_by(token: SignedToken, credentials: Iterable[Document], now: datetime) -> bool:
    """Tell whether one of these key credentials that is valid now, and that the token's thumbprint is of, signed it."""
    registered = _registered(credentials, token.head, now)
    return any(is_signed_with(token, certificate.public_key()) for certificate in registered)


def completed(credential: Document, ids: Ids) -> Document:
    """Return a key credential with what its certificate says. Raises ValueError where there is no certificate."""
    certificate = _certificate(str(credential.get("key") or ""))
    own = {
        "customKeyIdentifier": base64.b64encode(_digest(certificate, "x5t")).decode(),
        "displayName": certificate.subject.rfc4514_string(),
        "endDateTime": iso(certificate.not_valid_after_utc),
        "keyId": ids.uuid(),
        "startDateTime": iso(certificate.not_valid_before_utc),
    }
    return {**own, **{name: value for name, value in credential.items() if value is not None}}


def _certificate(key: str) -> Certificate:
    """Read base64 of DER or PEM. Raises ValueError."""
    from cryptography import x509

    raw = base64.b64decode(key, validate=True)
    return (x509.load_pem_x509_certificate if raw.startswith(b"-----") else x509.load_der_x509_certificate)(
        raw
    )


def _digest(certificate: Certificate, name: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return _THUMBPRINTS[name](certificate.public_bytes(Encoding.DER)).digest()


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _registered(credentials: Iterable[Document], head: Document, now: datetime) -> Iterator[Certificate]:
    prints = {name: str(head[name]).rstrip("=") for name in _THUMBPRINTS if name in head}
    for credential in credentials:
        ends = credential.get("endDateTime")
        try:
            certificate = _certificate(str(credential.get("key") or ""))
        except ValueError:
            continue
        if isinstance(ends, str) and from_iso(ends) <= now:
            continue
        own = {
            name: base64.urlsafe_b64encode(_digest(certificate, name)).decode().rstrip("=") for name in prints
        }
        if own == prints:
            yield certificate


def is_signed_with(token: SignedToken, key: object) -> bool:
    """Tell whether this public key, one of RSA, is of the private key that signed a token."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    paddings: dict[str, padding.AsymmetricPadding] = {
        "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size),
        "RS256": padding.PKCS1v15(),
    }
    chosen = paddings.get(str(token.head.get("alg")))
    if not isinstance(key, RSAPublicKey) or chosen is None:
        return False
    try:
        key.verify(token.signature, token.signed, chosen, hashes.SHA256())
    except InvalidSignature:
        return False
    return True

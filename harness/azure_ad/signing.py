"""The tenant's signing key: made when first asked for, kept with its data, published as certificate and as JSON Web Key.

Where the world has a seed the key is of that seed, the same in every run: whoever knows the seed can sign for this tenant.

Sources: https://www.rfc-editor.org/rfc/rfc7517, 4 (keys), and for signed tokens (RFC 7515)
https://github.com/authlib/joserfc, docs/guide/jws.rst, "Compact Signature"; both read 2026-11-30.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.store import Document, Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_KEY, _TOKEN_KEY = "saml-signing", "token-signing"
_SUBJECT = "Microsoft Azure Federated SSO Certificate"
_CERTIFICATE_LIFE = timedelta(days=3 * 365)


class SigningKey(Struct, frozen=True):
    """`private` is PEM, `certificate` DER in base64."""

    private: str
    certificate: str

    @property
    def key_id(self) -> str:
        """The certificate's thumbprint, base64url without padding."""
        return _text(hashlib.sha1(base64.b64decode(self.certificate), usedforsecurity=False).digest())

    @property
    def thumbprint(self) -> str:
        """The certificate's thumbprint in hexadecimal digits."""
        return hashlib.sha1(base64.b64decode(self.certificate), usedforsecurity=False).hexdigest().upper()

    def opened(self) -> RSAPrivateKey:
        """Return the private key, read once a process: to read it takes a hundred times as long as to sign with it."""
        return _read(self.private)

    def public(self) -> Document:
        """Return the public half as a JSON Web Key."""
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

        key = x509.load_der_x509_certificate(base64.b64decode(self.certificate)).public_key()
        assert isinstance(key, RSAPublicKey)
        numbers = key.public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.key_id,
            "x5t": self.key_id,
            "n": _text(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": _text(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")),
            "x5c": [self.certificate],
        }

    def token(self, claims: Document) -> str:
        """Return claims as a JSON Web Token, signed RS256."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        header = {"typ": "JWT", "alg": "RS256", "kid": self.key_id, "x5t": self.key_id}
        head = ".".join(_text(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        signature = self.opened().sign(head.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{head}.{_text(signature)}"


@lru_cache(maxsize=16)
def _read(private: str) -> RSAPrivateKey:
    """Read a key of PEM, which checks it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = serialization.load_pem_private_key(private.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def signing_key(store: Store, clock: Clock, ids: Ids) -> SigningKey:
    """Return the tenant's key; it leaves the store for signing only."""
    with store.transaction():
        document = store.get("account", _KEY)
        if document is None:
            document = _new_key(clock, ids)
            store.put("account", _KEY, document)
    return SigningKey(document["key"], document["certificate"])


def new_token_signing_key(store: Store, clock: Clock, ids: Ids, name: str, ends: datetime) -> SigningKey:
    """Make a key for one application's assertions, and keep it; `name` is the subject, as `CN=…`."""
    own = Ids(None if ids.seed is None else f"{ids.seed}/{ids.uuid()}")
    document = _made(own, ids.number(1 << 120), name.removeprefix("CN=").strip()[:64], clock.now(), ends)
    key = SigningKey(document["key"], document["certificate"])
    store.put("account", f"{_TOKEN_KEY}/{key.thumbprint}", document)
    return key


def token_signing_key(store: Store, thumbprint: str) -> SigningKey | None:
    """Return a key made for an application, by its thumbprint in any case."""
    document = store.get("account", f"{_TOKEN_KEY}/{thumbprint.upper()}")
    return None if document is None else SigningKey(document["key"], document["certificate"])


def _new_key(clock: Clock, ids: Ids) -> Document:
    own, now = ids.branch("signing"), clock.now()
    return _made(own, ids.number(1 << 120), _SUBJECT, now, now + _CERTIFICATE_LIFE)


def _made(ids: Ids, serial: int, name: str, begins: datetime, ends: datetime) -> Document:
    """Make a key of a stream's seed, and a certificate that it signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    from harness.azure_ad.rsa_keys import rsa_key

    key = rsa_key(ids)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1 + serial)
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"key": private.decode(), "certificate": base64.b64encode(certificate).decode()}


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")

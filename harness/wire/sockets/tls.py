"""A server's certificate and private key, and the client's side that trusts exactly this certificate.

Requests to the harness itself trust its certificate, whoever signed it and under any name (RFC 5280 section 6.1.1: a trust
anchor). Every other server is judged by the system's authorities.
"""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import HarnessError

_PEM = re.compile(b"%b.*?%b" % (ssl.PEM_HEADER.encode(), ssl.PEM_FOOTER.encode()), re.DOTALL)
# What OpenSSL says of another certificate's key, be it of the same kind or not.
_STRANGERS = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")


class _EncryptedError(Exception):
    """The key is encrypted: OpenSSL would ask for its password at the terminal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`shown` is the server's side; `certificate` is the file that it came from."""

    certificate: Path
    shown: ssl.SSLContext

    def names(self, host: str) -> bool:
        """Tell whether the certificate is for a host name or address, as clients check it (RFC 9525)."""
        client = trusting(self.certificate)
        client.check_hostname = True
        try:
            _shake_hands(self.shown, client, host)
        except ssl.SSLCertVerificationError:
            return False
        return True


def identity(certificate: Path, key: Path) -> Identity:
    """Return what two PEM files hold: the certificate, any intermediate ones after it, and its private key.

    Raises HarnessError for what cannot be read, does not fit together, or is refused by every client, as after its end.
    """
    client = trusting(certificate)
    chain = _PEM.findall(_read(certificate))
    for place, one in enumerate(chain, start=1):
        _load(
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            one,
            f"certificate {place} of {len(chain)} in {certificate}",
        )
    _read(key)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        shown.load_cert_chain(certificate, key, _no_password)
        _shake_hands(shown, client)
    except _EncryptedError as error:
        raise HarnessError(f"the key in {key} is protected by a password; give one that is not") from error
    except ssl.SSLCertVerificationError as error:
        raise HarnessError(
            f"no client would accept the certificate in {certificate}: {error.verify_message}"
        ) from error
    except ssl.SSLError as error:
        if error.reason in _STRANGERS:
            first = "; the server's own comes first there, those that signed it behind" if chain[1:] else ""
            raise HarnessError(
                f"the key in {key} is not that of the certificate in {certificate}{first}"
            ) from error
        why = error.reason or f"{key} holds no private key in PEM"
        raise HarnessError(f"cannot serve the certificate in {certificate}: {why}") from error
    return Identity(certificate, shown)


def trusting(certificate: Path) -> ssl.SSLContext:
    """Return a client's context that accepts the first certificate of a PEM file and no other. Raises HarnessError."""
    first = _PEM.search(_read(certificate))
    if first is None:
        raise HarnessError(f"{certificate} holds no certificate in PEM")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the certificate is known; its names add nothing
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it need not be an authority's
    _load(context, first[0], f"the certificate in {certificate}")
    return context


def _load(context: ssl.SSLContext, certificate: bytes, name: str) -> None:
    try:
        context.load_verify_locations(cadata=certificate.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise HarnessError(f"{name} cannot be read") from error


def _no_password() -> str:
    raise _EncryptedError


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise HarnessError(f"cannot read {path}: {error.strerror}") from error


def _shake_hands(shown: ssl.SSLContext, client: ssl.SSLContext, host: str | None = None) -> None:
    """Do a TLS handshake between both contexts in memory. Raises ssl.SSLError when either refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = shown.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering, asking):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()

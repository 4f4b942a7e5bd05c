"""Certificates of an authority that nobody knows, as PEM files: what people have on their own machines."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme


@dataclass(frozen=True)
class Pair:
    """A certificate with its chain up to the authority, and its key."""

    certificate: Path
    key: Path

    @property
    def options(self) -> tuple[str, ...]:
        """Return what `harness serve` is told of them."""
        return "--tls-certificate", str(self.certificate), "--tls-key", str(self.key)


class Authority:
    """Signs for the names it is asked for. `file` is what a client is given to trust all of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self._signed = 0
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def sign(self, *names: str, **more: Any) -> Pair:
        self._signed += 1
        signed = self._ca.issue_cert(*names, **more)
        pair = Pair(self._folder / f"{self._signed}.pem", self._folder / f"{self._signed}.key")
        chain = *signed.cert_chain_pems, self._ca.cert_pem
        pair.certificate.write_bytes(b"".join(blob.bytes() for blob in chain))
        signed.private_key_pem.write_to_path(str(pair.key))
        return pair

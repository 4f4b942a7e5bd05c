"""The manifest: the SHA-256 of every file that a certificate was written to, and a signature over them.

It shows that nobody changed a paper since it was signed. Who signed is told by the key: the public one stands in the manifest, so
whoever checks it has to know it from elsewhere, or to compare its fingerprint.

Sources: RFC 8032 (Ed25519) and https://cryptography.io/en/latest/hazmat/primitives/asymmetric/ed25519/ (read 2026-11-29).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.base import json_text
from harness.base.errors import HarnessError
from harness.base.output import write
from harness.base.store import Document

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What a manifest came to: `wrong` says what is not as it was signed; `signer` is the key's fingerprint."""

    signer: str
    files: int
    wrong: tuple[str, ...]


def read_key(path: Path | None) -> Ed25519PrivateKey:
    """Return the private key of a PEM file; a new one where there is none, written there, readable by its owner alone.

    Raises HarnessError for a file that holds no Ed25519 key, or that cannot be read or written.
    """
    if path is None:
        return Ed25519PrivateKey.generate()
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write(path, pem.decode(), private=True)
        return key
    except OSError as error:
        raise HarnessError(f"'{path}' cannot be read: {error.strerror or error}") from error
    try:
        loaded = serialization.load_pem_private_key(text, None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise HarnessError(f"{path} holds no private key without a password, as PEM: {error}") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise HarnessError(f"{path} holds no Ed25519 key; 'openssl genpkey -algorithm ed25519' makes one")
    return loaded


def write_manifest(path: Path, files: Iterable[Path], facts: Document, key: Ed25519PrivateKey) -> None:
    """Sign the files as they are now; their names are told as seen from the manifest. Raises HarnessError."""
    here = path.resolve().parent
    signed = {
        "format": FORMAT,
        **facts,
        "files": [
            {"name": _name(each, here), "sha256": _sha256(each), "bytes": each.stat().st_size}
            for each in files
        ],
    }
    public = key.public_key()
    document = {
        **signed,
        "publicKey": public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
        "signer": fingerprint(public),
        "signature": base64.b64encode(key.sign(_bytes(signed))).decode(),
    }
    write(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def check_manifest(path: Path, signer: str = "") -> Checked:
    """Compare every file with what was signed; `signer` is the fingerprint that is wanted, an empty text for any.

    Raises HarnessError for what is no manifest.
    """
    document = _read(path)
    try:
        public = serialization.load_pem_public_key(document.pop("publicKey").encode())
        signature = base64.b64decode(document.pop("signature"), validate=True)
        document.pop("signer", None)
        files = [(each["name"], each["sha256"]) for each in document["files"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HarnessError(f"{path} is no manifest; write one with --manifest FILE") from error
    if not isinstance(public, Ed25519PublicKey):
        raise HarnessError(f"{path} is signed with another kind of key than Ed25519")
    wrong = (
        [] if signer in ("", fingerprint(public)) else [f"signed by {fingerprint(public)}, not by {signer}"]
    )
    try:
        public.verify(signature, _bytes(document))
    except InvalidSignature:
        wrong.append("the signature is not that of the manifest")
    here = path.resolve().parent
    wrong += [
        reason for name, sha256 in files if (reason := _difference(here / str(name), str(name), sha256))
    ]
    return Checked(fingerprint(public), len(files), tuple(wrong))


def fingerprint(public: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the key, as OpenSSH writes it."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def _difference(path: Path, name: str, sha256: Any) -> str:
    try:
        return "" if _sha256(path) == sha256 else f"{name} was changed"
    except OSError as error:
        return f"{name} cannot be read: {error.strerror or error}"


def _name(path: Path, here: Path) -> str:
    whole = path.resolve()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes(signed: Document) -> bytes:
    """Return the bytes that are signed: the JSON in one fixed spelling, however the file is laid out."""
    return json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path) -> Document:
    document = json_text.read_file(path)
    if not isinstance(document, dict):
        raise HarnessError(f"{path} is no manifest; write one with --manifest FILE")
    return document

"""Encrypts the documents of some kinds in a store; all others are stored as they are.

Fernet (AES-128-CBC with HMAC-SHA256, https://cryptography.io/en/latest/fernet/, "Implementation", read 2026-11-30) under a key that
scrypt (RFC 7914) derives from the user's words and a salt that is stored with the data.
"""

from __future__ import annotations

import base64
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.json_text import decode, encode
from harness.base.store import Document, Store

_SALT = "sealing", "salt"
_SEALED = "sealed"  # the one member of an encrypted document
_SHORTEST = 16  # characters
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_COST = 2**15  # of scrypt's memory and time, once a start


def sealing(store: Store, kinds: frozenset[str], words: str | None, old_words: str | None = None) -> Store:
    """Return a store whose documents of some kinds are encrypted with a key from `words`; without words the store itself.

    Documents in plain text, or under the key of `old_words`, are encrypted with it at once. Raises HarnessError for words that
    are too short, missing, or not those of the data.
    """
    salt = store.get(*_SALT)
    if words is None:
        if salt is not None:
            raise HarnessError(
                "the data's secrets are encrypted; give the key in HARNESS_KEY or with --key-file"
            )
        return store
    if len(words) < _SHORTEST:
        raise HarnessError(f"the key in HARNESS_KEY or --key-file is shorter than {_SHORTEST} characters")
    if salt is None:
        salt = {"salt": Ids(None).hex(32)}
    fernets = [_fernet(each, bytes.fromhex(salt["salt"])) for each in (words, old_words) if each]
    sealed = _Sealed(store, kinds, MultiFernet(fernets))
    with store.transaction():
        for kind in sorted(kinds):
            for key, body in list(store.scan(kind)):
                opened = sealed.opened(body)
                if opened is body or old_words:  # a start that is refused later leaves the file as it was
                    sealed.put(kind, key, opened)
        if store.get(*_SALT) is None:
            store.put(*_SALT, salt)
    return cast("Store", sealed)


def key_in(path: Path) -> str:
    """Return the words in a key file, and warn where other accounts can read them. Raises HarnessError.

    ssh refuses such a file; but in containers it is often readable by all, as with Kubernetes' `default_mode` of 0644
    (https://docs.rs/k8s-openapi/0.11.0/k8s_openapi/api/core/v1/struct.SecretVolumeSource.html, read 2026-11-29).
    """
    try:
        words = path.read_text(encoding="utf-8").strip()
        is_open = os.name == "posix" and bool(path.stat().st_mode & _OF_OTHERS)
    except OSError as error:
        raise HarnessError(f"cannot read the key in {path}: {error.strerror}") from error
    except UnicodeDecodeError:  # whose text quotes the key
        raise HarnessError(f"cannot read the key in {path}: it is no text in UTF-8") from None
    if is_open:
        sys.stderr.write(
            f"warning: other accounts can read the key in {path}; 'chmod 600 {path}' ends that\n"
        )
    return words


def _fernet(words: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(words.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class _Sealed:
    """Methods that read or write documents are defined here; all others are the store's own."""

    def __init__(self, store: Store, kinds: frozenset[str], fernet: MultiFernet) -> None:
        self._store, self._kinds, self._fernet = store, kinds, fernet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, kind: str, key: str, body: Document) -> None:
        if kind in self._kinds:
            body = {_SEALED: self._fernet.encrypt(encode(body)).decode()}
        self._store.put(kind, key, body)

    def get(self, kind: str, key: str) -> Document | None:
        body = self._store.get(kind, key)
        return self.opened(body) if kind in self._kinds and body is not None else body

    def recall(self, kind: str, key: str) -> Document | None:
        body = self._store.recall(kind, key)
        return self.opened(body) if kind in self._kinds and body is not None else body

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        for key, body in self._store.scan(kind, after=after, limit=limit):
            yield key, self.opened(body) if kind in self._kinds else body

    def opened(self, body: Document) -> Document:
        """Return a document decrypted, a plain one as it is. Raises HarnessError for another key's."""
        if set(body) != {_SEALED}:
            return body
        try:
            document: Document = decode(self._fernet.decrypt(body[_SEALED]))
        except InvalidToken as error:
            raise HarnessError(
                "the key in HARNESS_KEY or --key-file is not the one that the data's secrets are encrypted with"
            ) from error
        return document

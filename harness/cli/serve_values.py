"""The values of `harness serve`'s options, read one by one. Each raises HarnessError for a value that cannot be meant."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from harness.base.store import Document
    from harness.serving.options import PostgresAddress

_T = TypeVar("_T")
_DATABASES = ("postgresql", "postgres")
_ACCESS_KEY = re.compile("[!-~]{16,}")  # what a header takes, and nobody guesses


def schema(path: Path | None) -> Document | None:
    if path is None:
        return None
    from harness.exports.directory import schema

    return schema(path)


def place(data: str | None) -> Path | PostgresAddress | None:
    from harness.serving.options import PostgresAddress

    if data is None:
        return None
    if (
        not data
    ):  # a shell's variable that was never set; the data would lie in the folder one happens to be in
        raise HarnessError("--data names no folder; give one, '.' for this one, or leave it out")
    scheme, is_url, _ = data.partition("://")
    if is_url and scheme not in _DATABASES:
        raise HarnessError(
            f"--data is a folder, or postgresql://ROLE:PASSWORD@HOST/DATABASE; {scheme}:// is neither"
        )
    return PostgresAddress(data) if is_url else Path(data)


def key(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get("HARNESS_KEY") or None
    from harness.base.sealing import key_in

    return key_in(path)


def old_key(path: Path | None, key: str | None) -> str | None:
    if path is None:
        return None
    from harness.base.sealing import key_in

    if key is None:
        raise HarnessError("--old-key-file has the key until now; give the new one in --key-file")
    return key_in(path)


def access_key(key: str | None) -> str | None:
    if key is not None and not _ACCESS_KEY.fullmatch(key):
        raise HarnessError(
            "--access-key, or HARNESS_ACCESS_KEY, has at least 16 ASCII characters and no blanks; leave it out for a new one"
        )
    return key


def both(one: _T | None, other: _T | None, names: str) -> tuple[_T, _T] | None:
    if one and other:
        return one, other
    if one is None and other is None:
        return None
    raise HarnessError(f"{names} go together")


def mail_host(smtp: str | None) -> tuple[str, int] | None:
    if smtp is None:
        return None
    host, _, port = smtp.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise HarnessError(f"--smtp '{smtp}' is not HOST:PORT, as in localhost:1025; ports are 1 to 65535")
    return host.strip("[]"), int(port)

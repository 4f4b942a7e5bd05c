"""Credentials that are recognised by the name before them, in addresses and texts of any form: each is replaced by a mark.

Names are those of OAuth's authorization code (https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2), of shared access
signatures and account keys (https://learn.microsoft.com/azure/storage/common/storage-sas-overview), and of signed addresses
(https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html) (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_IN_ADDRESSES = (
    r"code|key|sig|signature|api[_-]?key|subscription[_-]key|x-amz-(?:signature|credential|security-token)"
    r"|x-goog-signature|x-ms-token|session[_-]?id"
)
_NAMES = (
    r"(?:[\w-]*[_-])?(?:token|secret|password|passwd|pwd|(?:api|access|account|private)[ _-]?key)"
    r"|accesstoken|refreshtoken|clientsecret|sharedaccesskey|accountkey|apikey|signature|sig|credential"
)
_ADDRESS = re.compile(rf"(?i)([?&;](?:{_IN_ADDRESSES})=)([^&\s\"'#<>\\]+)")
# `name = value`, `name: value`, `"name": "value"` whole or cut, `\"name\": \"value\"` in a text of its own.
_NAMED = re.compile(
    rf"(?i)((?<![\w-])(?:{_NAMES})\\*[\"']?\s*(?:[:=]|\bis\b)\s*\\*[\"']?)([^\s\"'&,;<>{{}}\[\]\\]{{4,}})"
)
_SCHEME = re.compile(r"(?i)(\b(?:bearer|basic)\s+)([A-Za-z0-9._~+/-]{12,}=*)")
# It may begin in the midst of a word, as behind `%3D`; words are looked at once each, for a megabyte may be one.
_JSON_WEB_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-]{8,}+\.)([\w-]*?)(eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)")
_ACCESS_KEY = re.compile(r"()(\b(?:AKIA|ASIA)[A-Z0-9]{16}\b)")
_ALL = (_ADDRESS, _SCHEME, _JSON_WEB_TOKEN, _ACCESS_KEY, _NAMED)
_WORDS = frozenset({"null", "true", "false", "none", "bearer", "basic"})


def hidden(text: str, mark: Callable[[str], str]) -> str:
    """Return a text with every credential replaced by `mark(credential)`; present marks stay."""
    for pattern in _ALL:
        text = pattern.sub(lambda match: match[1] + _replaced(match[2], mark), text)
    return text


def _replaced(value: str, mark: Callable[[str], str]) -> str:
    if value.lower() in _WORDS or value.startswith(("secret-", "***")):
        return value
    return mark(value)

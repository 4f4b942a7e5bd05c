"""Text that may stand anywhere: in a terminal, in an XML file, on a page."""

from __future__ import annotations

import re

# What XML 1.0 cannot carry and a terminal would obey: controls, halves of surrogate pairs, non-characters.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def legal(text: str) -> str:
    r"""Show characters that must not reach a terminal or an XML file by their escape: `\x1b`."""
    return _ILLEGAL.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)

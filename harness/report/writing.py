"""Text that is safe in a terminal, in an XML file and on a page."""

from __future__ import annotations

import re

# Characters that XML 1.0 does not allow and a terminal may obey: controls, halves of surrogate pairs, non-characters.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def legal(text: str) -> str:
    r"""Return a text with such characters written as escapes: `\x1b`."""
    return _ILLEGAL.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)

r""".NET's regular expressions, on the library `regex`, which has a timeout: no pattern hangs.

A pattern is translated where the two languages differ (`\k<name>`, `\z`, the order in which groups are numbered), and
refused with a sentence where the library has no equivalent: class subtraction, balancing groups, conditionals, the options
n and x, Unicode blocks.

Source: https://learn.microsoft.com/en-us/dotnet/standard/base-types/regular-expression-language-quick-reference,
"Anchors", "Grouping Constructs", "Backreference Constructs" and "Alternation Constructs" (edition of March 2017, read 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    import regex

# The most processor time for one value.
SECONDS = 0.25
# The library expands repetitions: the most characters of an expanded pattern.
MOST_WRITTEN_OUT = 10_000

# Compiled when the first pattern is read; `re` caches it.
_PIECE = r"""(?xs)
      \\k(?P<named><\w+>|'\w+')
    | \\(?P<reference>[1-9][0-9]*)
    | (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<opening>\((?:\?(?:(?P<name><[A-Za-z_]\w*>|'[A-Za-z_]\w*')|[:=!>]|<[=!]|[ims]*(?:-[ims]+)?:)|(?!\?)))
    | (?P<close>\))
    | (?P<repeat>[*+?]|\{(?P<least>[0-9]{1,9})(?:,(?P<most>[0-9]{0,9}))?\})\??(?![*+?])
    | \(\?[ims]*(?:-[ims]+)?\)
    | \\[pP]\{[CLMNPSZ][a-z]?\} | \\x[0-9A-Fa-f]{2} | \\u[0-9A-Fa-f]{4} | \\[aAbBdDfGnrsStvwWzZ] | \\[^\w]
    | \{(?![0-9]+(?:,[0-9]*)?\}) | [^\\\[()*+?{]
    """
_IN_CLASS = r"(?s)(?P<wrong>-\[|\\[pP](?!\{[CLMNPSZ][a-z]?\}))|\\.|--|(?<!^)[\[&~|]"
# Tokens that the library writes in another way; a brace that begins no repetition would be an approximate match.
_OTHERWISE = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)", "{": r"\{"}
_SUBSTITUTION = re.compile(r"\$(?:\{(\w+)\}|(\d+)|([$&]))")


class RegexError(HarnessError):
    """A bad pattern, one that is not supported here, or one that takes too long on this value."""


class Regex:
    """A compiled pattern; `groups` maps a group's name, or its number in .NET, to the library's number."""

    def __init__(self, pattern: str) -> None:
        import regex

        tokens = list(_tokens(pattern))
        _limit_size(tokens)
        self.groups = _numbered(tokens)
        # Version 1 lets options begin anywhere; without (?-f), ß would match ss.
        written = "(?-f)" + "".join(_written(token, self.groups) for token in tokens)
        try:
            self._compiled = regex.compile(written, regex.VERSION1)
        except (regex.error, RecursionError) as error:
            raise RegexError(
                f"the pattern has an error: {getattr(error, 'msg', 'it is nested too deep')}"
            ) from error

    def search(self, text: str) -> regex.Match[str] | None:
        """Return the first match. Raises RegexError when it takes too long."""
        return next(self.matches(text), None)

    def matches(self, text: str) -> Iterator[regex.Match[str]]:
        """Yield the matches that do not overlap, from left to right. Raises RegexError when it takes too long."""
        try:
            yield from self._compiled.finditer(text, timeout=SECONDS)
        except TimeoutError as error:
            raise RegexError(f"the pattern takes more than {SECONDS} seconds on this value") from error

    def replace(self, text: str, replacement: str) -> list[str]:
        """Replace all matches and return the pieces of the result; `${name}`, `$1`, `$&` and `$$` have their meanings in .NET."""
        pieces, last = [], 0
        for match in self.matches(text):
            pieces += [text[last : match.start()], self._expand(match, replacement)]
            last = match.end()
        return [*pieces, text[last:]]

    def _expand(self, match: regex.Match[str], replacement: str) -> str:
        def one(written: re.Match[str]) -> str:
            if written[3]:
                return "$" if written[3] == "$" else match[0]
            group = self.groups.get(written[1] or written[2])
            return written[0] if group is None else match[group] or ""

        return _SUBSTITUTION.sub(one, replacement)


@lru_cache(maxsize=256)
def compile_regex(pattern: str) -> Regex:
    """Return a compiled pattern. Raises RegexError for a bad one."""
    return Regex(pattern)


def _tokens(pattern: str) -> Iterator[re.Match[str]]:
    position, expression = 0, re.compile(_PIECE)
    while position < len(pattern):
        token = expression.match(pattern, position)
        if token is None:
            raise RegexError(f"the pattern has what is not understood here at character {position + 1}")
        yield token
        position = token.end()


def _limit_size(tokens: list[re.Match[str]]) -> None:
    """Raise RegexError for a pattern that is too long with its repetitions expanded."""
    sizes, last = [0], 0
    for token in tokens:
        if token["opening"]:
            sizes.append(0)
        elif token["repeat"]:
            times = max(int(token["most"] or 1), int(token["least"] or 1))
            sizes[-1] += last * (times - 1)
        else:
            last = sizes.pop() + 1 if token["close"] and len(sizes) > 1 else 1
            sizes[-1] += last
        if sizes[-1] > MOST_WRITTEN_OUT:
            raise RegexError("the pattern repeats too much to be tried")


def _numbered(tokens: list[re.Match[str]]) -> dict[str, int]:
    """Return the numbers of groups as in .NET, those without a name first; the library numbers them in their order."""
    unnamed: list[int] = []
    named: dict[str, int] = {}
    for token in tokens:
        number = len(unnamed) + len(named) + 1
        if token["opening"] == "(":
            unnamed.append(number)
        elif token["name"]:
            named.setdefault(token["name"][1:-1], number)
    return {str(number): group for number, group in enumerate([0, *unnamed, *named.values()])} | named


def _written(token: re.Match[str], groups: dict[str, int]) -> str:
    """Return a token in the library's syntax."""
    if name := token["reference"] or (token["named"] or "")[1:-1]:
        if name not in groups:
            raise RegexError(f"the pattern has no group '{name}' to refer to")
        return rf"\g<{groups[name]}>"
    if token["name"]:
        return f"(?<{token['name'][1:-1]}>"
    if token["class"]:
        return re.sub(_IN_CLASS, _in_class, token[0])
    return _OTHERWISE.get(token[0], token[0])


def _in_class(part: re.Match[str]) -> str:
    """Escape characters of a class that are special in the library and not in .NET."""
    if part["wrong"]:
        what = "the subtraction of character classes" if part[0][0] == "-" else "a Unicode block"
        raise RegexError(f"the pattern has {what}, which is not understood here")
    return part[0] if part[0][0] == "\\" else "".join(f"\\{character}" for character in part[0])

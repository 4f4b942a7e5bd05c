"""What can be said to somebody whose user does not arrive: the cause, the target's own event, the mappings, the remedy, a scenario.

Pure functions: whoever knows the texts, the mappings and the target's log hands them in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.remedies.causes import filled
from harness.remedies.sentences import Explanation, explanation
from harness.remedies.target import TargetEvent

# What paths of mappings and of messages write differently.
_SIGNS = re.compile(r"\[.*?\]|[.:]")
_PREFERRED = '"work"'  # the value that is to stay of several, as the guide has it


@dataclass(frozen=True, slots=True)
class Mapping:
    """One attribute mapping, as the portal words it: `Mid([surname], 1, 64)` to `name.familyName`."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Advice:
    """`cause` and `remedy` are sentences, `source` a URL, `scenarios` files that show it.

    `attribute` is the target's that the cause lies in, empty where no text names one; `mappings` fill it.
    """

    cause: str
    remedy: str
    source: str
    scenarios: tuple[str, ...]
    attribute: str
    mappings: tuple[Mapping, ...]
    event: TargetEvent | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return asdict(self)


def advice(
    texts: Iterable[str],
    mappings: Sequence[Mapping],
    event: TargetEvent | None = None,
    sent: Collection[str] = (),
) -> Advice | None:
    """Return the advice that the first known text leads to; None where none is known.

    `event` is asked before `texts`. `sent` are the target attributes that held a value, where that is known.
    """
    own = [event.message, event.code] if event else []
    for text in [*own, *texts]:
        words = explanation(text)
        if words is not None:
            return _worded(words, mappings, event, sent)
    return None


def _worded(
    words: Explanation, mappings: Sequence[Mapping], event: TargetEvent | None, sent: Collection[str]
) -> Advice:
    attribute = _plainest(words.names, mappings)
    filling = [each for each in mappings if _fills(each.target, attribute)]
    held = [each for each in filling if each.target in sent] or filling
    others = [each.source for each in held if _PREFERRED not in each.target] or [
        each.source for each in held[1:]
    ]
    places = {
        "attribute": words.spoken(attribute),
        "source": " and ".join(each.source for each in held) or _read_by(attribute),
        "count": str(len(held)) if held else "several",
        "others": " and ".join(others) or "all but one of them",
    }
    return Advice(
        cause=filled(words.meaning, places),
        remedy=filled(words.remedy, places),
        source=words.source,
        scenarios=words.row.scenarios,
        attribute=attribute,
        mappings=tuple(held),
        event=event,
    )


def _plainest(names: Sequence[str], mappings: Sequence[Mapping]) -> str:
    """Return, of the attributes that a text names, the first that one attribute of the directory fills, else the first."""
    plain = (
        name
        for name in names
        if any(each.source.isidentifier() and _fills(each.target, name) for each in mappings)
    )
    return next(plain, names[0] if names else "")


def _read_by(attribute: str) -> str:
    """Return what a clause of a scoping filter, `department EQUALS 'IT'`, reads."""
    return attribute.partition(" ")[0] if " " in attribute else "the attribute in question"


def _fills(target: str, attribute: str) -> bool:
    """Tell whether a mapped target is the attribute a message names, or a part of it: phones of any type, of phoneNumbers."""
    path, named = _SIGNS.sub("", target).casefold(), _SIGNS.sub("", attribute).casefold()
    return bool(named) and (
        path == named or (path.startswith(named) and target[len(attribute) :][:1] in ("[", "."))
    )

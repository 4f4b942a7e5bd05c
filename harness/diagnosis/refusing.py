"""AWS's refusal of the values that a mapping would send, and the attribute that it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.aws_sso import rules
from harness.aws_sso.refusals import Refused
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.base.quirks import Quirks
from harness.diagnosis.verdicts import Finding
from harness.diagnosis.wording import Wording

_STATED = re.compile(r"Value at '([^']+)' failed to satisfy constraint: Member must (\w+ \w+ \w+)")
_CONSTRAINTS = {
    "satisfy regular expression": "forbidden-character",
    "have length greater": "empty-value",
    "have length less": "too-long",
}
_ONE_ONLY = ("emails", "phoneNumbers", "addresses", "roles")
# Stands in for a required value that was not exported; AWS accepts it.
_STAND_IN = "x"
_ALWAYS_SENT = ("userName", "displayName", "name.givenName", "name.familyName")
# The parts that the paths of mappings and those of AWS's messages write differently.
_SIGNS = re.compile(r"\[.*?\]|[.:]")
_EMAIL = 'emails[type eq "work"].value'


# Letters, digits and common signs, shorter than every limit. AWS judges a text by its length, by the characters in it and
# as a reserved name, and nothing else: users whose texts are all of this kind get one answer, unless a space tells them apart.
_ORDINARY = re.compile(r"[\w.@+'-][\w .@+'(),/&-]{0,63}(?:\n[\w.@+'-][\w .@+'(),/&-]{0,63})*")
_SIGNS_IN_ORDINARY = frozenset(" .@+'(),/&-_")


@dataclass(slots=True)
class Target:
    """AWS's rules in one year, applied to values by target attribute; users who must get the same answer share one call."""

    wording: Wording
    azure: Quirks
    aws: Quirks
    _taken: set[tuple[object, ...]] = field(default_factory=set)
    _telling: tuple[str, ...] = field(init=False)
    _reserved: frozenset[str] = field(init=False)
    _is_told_by_kind: bool = field(init=False)

    def __post_init__(self) -> None:
        flows = self.wording.mapping.users.flows
        self._telling = tuple(flow.target for flow in flows if flow.boolean or flow.several)
        self._reserved = frozenset(name.casefold() for name in self.aws["reserved-names"])
        forbidden = str(self.aws["forbidden-characters"])
        self._is_told_by_kind = all(
            not character.isalnum() and character not in _SIGNS_IN_ORDINARY for character in forbidden
        )

    def refusal(
        self, user: str, exported: Mapping[str, str], unknown: frozenset[str], *, exists: bool = False
    ) -> Finding | None:
        """Return why AWS refuses a user for its exported values, None where it accepts these.

        A user that `exists` in AWS is sent no empty values: AWS keeps what it has.
        """
        if exists:
            unknown = unknown.union(each for each in (*_ALWAYS_SENT, _EMAIL) if each not in exported)
        kind = self._kind(exported, unknown)
        if kind is not None and kind in self._taken:
            return None
        values = {**{target: _STAND_IN for target in unknown if target in _ALWAYS_SENT}, **exported}
        email_unknown = any(target.startswith("emails") for target in unknown)
        if email_unknown and not any(target.startswith("emails") for target in exported):
            values[_EMAIL] = _STAND_IN
        refused = self._answer(values)
        if refused is not None:
            return self._blamed(user, exported, values, refused)
        if kind is not None:
            self._taken.add(kind)
        return None

    def _kind(self, exported: Mapping[str, str], unknown: frozenset[str]) -> tuple[object, ...] | None:
        """Return the key of users who get the same answer; None for a user who must be checked alone."""
        texts = exported.values()
        joined = "\n".join(texts)
        is_ordinary = joined.count("\n") < len(texts) and _ORDINARY.fullmatch(joined)
        if not self._is_told_by_kind or not is_ordinary:
            return None
        for name in ("userName", "displayName"):
            if exported.get(name, "").casefold() in self._reserved:
                return None
        spaces = tuple([" " in text for text in texts])
        return (*exported, spaces, *[exported.get(target) for target in self._telling], unknown)

    def _answer(self, values: Mapping[str, str]) -> Refused | None:
        try:
            rules.user(create_body(self.wording.mapping.users, values, self.azure), self.aws)
        except Refused as refused:
            return refused
        return None

    def _blamed(
        self, user: str, exported: Mapping[str, str], values: Mapping[str, str], refused: Refused
    ) -> Finding:
        """Return the refused attribute: the one in AWS's message, else the one without which the user is accepted."""
        sentence = refused.http_message(self.aws)
        if stated := dict(reversed(_STATED.findall(refused.reason or ""))):
            return self._stated(user, exported, stated, sentence)
        for name in _ONE_ONLY:
            several = [
                (t, text) for t, text in exported.items() if t.startswith(f"{name}[") and t.endswith(".value")
            ]
            if len(several) > 1:
                return self.wording.of_list(user, name, several, sentence)
        for target in ("userName", "displayName"):
            if exported.get(target, "").casefold() in self._reserved:
                return self.wording.of_target(
                    user, "reserved-name", target, value=exported[target], sentence=sentence
                )
        for target, text in exported.items():
            if self._answer({key: value for key, value in values.items() if key != target}) is None:
                return self.wording.of_target(user, "not-taken", target, value=text, sentence=sentence)
        cause = "empty-value" if _EMAIL in self.wording.mapping.reads else "not-mapped"
        return self.wording.of_target(user, cause, _EMAIL, sentence=sentence)

    def _stated(
        self, user: str, exported: Mapping[str, str], stated: Mapping[str, str], sentence: str
    ) -> Finding:
        """Return the finding for the attributes in the message: a bad value before a missing one, one attribute before several."""
        reads = self.wording.mapping.reads
        targets = {place: self._target_at(place, exported) for place in stated}
        place = min(
            stated, key=lambda each: (not exported.get(targets[each]), len(reads.get(targets[each], ())) != 1)
        )
        target = targets[place]
        if exported.get(target):
            cause = _CONSTRAINTS.get(stated[place], "not-taken")
        else:
            cause = "empty-value" if target in reads else "not-mapped"
        return self.wording.of_target(
            user,
            cause,
            target,
            value=exported.get(target, ""),
            sentence=sentence,
            lacking=sorted(
                {each for each in targets.values() if each not in reads and not exported.get(each)}
            ),
        )

    def _target_at(self, place: str, exported: Mapping[str, str]) -> str:
        """Return the mapped target that an attribute in AWS's message stands for: `emails.value` for a typed one."""
        reads = self.wording.mapping.reads
        same = [target for target in reads if plain(target) == plain(place)]
        return next((target for target in same if target in exported), same[0] if same else place)


def plain(path: str) -> str:
    """Return a path in the one spelling by which mappings, logs and messages are compared."""
    return _SIGNS.sub("", path)

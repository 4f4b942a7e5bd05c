"""Rules of dynamic groups: `(user.department -eq "Sales") -and (user.accountEnabled -eq true)`.

Operators are read with or without their hyphen; the page prints dashes (`–eq`) for hyphens here and there, and they are
read, too. `-any` and `-all` take a condition in brackets, or one that goes on as far as it can, for they bind least.

Source: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership (read 2026-11-29).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from harness.azure_ad.directory.membership.attributes import Attribute, attribute, refused
from harness.azure_ad.directory.membership.conditions import (
    Candidate,
    Collection,
    Comparison,
    FromNow,
    MemberOf,
    ReportsTo,
)
from harness.azure_ad.directory.membership.literals import operand
from harness.base.language import END, Condition, DepthError, Grammar, Mark, Reader, UnreadableError, tokens

LONGEST = 3072
MOST_GROUPS = 50
_DEEPEST = 30
_WORDS = (
    "notstartswith|notendswith|notcontains|notmatch|startswith|endswith|contains|match|notin|eq|ne|in|le|ge|and|or|not|"
    "any|all|plus|minus"
)
_TOKEN = tokens(
    rf"""
    (?P<bracket>[()])
  | (?P<list>[\[\],])
  | (?P<property>(?:user|device|assignedPlan|group)\.\w+(?:\.\w+)*)
  | (?P<element>\\?_(?!\w))
  | (?P<now>system\.now\b)
  | (?P<escaped>`"[^"`]*`")
  | (?P<text>"(?:[^"`]|`.)*"|'(?:[^'`]|`.|'')*')
  | (?P<moment>\d{{4}}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<span>P(?=[\dT])[0-9WDTHMS]+\b)
  | (?P<word>(?:true|false|\$?null)\b)
  | (?P<operator>(?:[-–—]\w+|(?:{_WORDS})\b))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REPORTS = re.compile(r"\s*direct\s+reports\s+for\s+[\"']\{?([0-9a-f-]{36})\}?[\"']\s*\Z", re.IGNORECASE)
_ELEMENT_HOLDERS = {"plans": ("assignedplan", "plan"), "groups": ("group", "group")}


@dataclass(frozen=True, slots=True)
class Rule:
    """`holder` is `user` or `device`. `groups` are those of memberOf, `manager` that of direct reports.

    With `by_clock`, members change by time alone.
    """

    condition: Condition
    holder: str
    groups: tuple[str, ...] = ()
    manager: str | None = None
    by_clock: bool = False

    def holds(self, candidate: Candidate) -> bool:
        return self.holder == "user" and self.condition.holds(candidate)


class _RuleReader(Reader):
    """`collection` is the one whose `-any` or `-all` is being read; the other members collect what the rule names."""

    def __init__(self, text: str) -> None:
        self.collection: Attribute | None = None
        self.holders: set[str] = set()
        self.groups: tuple[str, ...] = ()
        self.by_clock = False
        super().__init__(text, _TOKEN)

    def is_at(self, mark: Mark) -> bool:
        text = self.token.text.lower()
        return (
            self.token.kind == mark.kind
            and (text.lstrip("-–—") if mark.kind == "operator" else text) == mark.text
        )

    def operator(self, attribute: Attribute) -> str:
        """Read an operator that the attribute takes, without its hyphen. Raises PropertyError."""
        written = self.take("operator")
        name = written.lower().lstrip("-–—")
        if name not in attribute.operators:
            raise refused(
                "Invalid operands found for operator",
                f"Invalid operands found for operator {written}; '{attribute.name}' takes "
                f"{', '.join(f'-{each}' for each in sorted(attribute.operators))}",
            )
        return name


def _term(reader: Reader) -> Condition:
    assert isinstance(reader, _RuleReader)
    if reader.token.kind == "element":
        return _of_element(reader)
    holder, _, name = reader.take("property").partition(".")
    if reader.collection is not None:
        return _of_part(reader, reader.collection, holder.lower(), name)
    if holder.lower() not in ("user", "device"):
        raise refused("Invalid object type", f"'{holder}' stands inside the brackets of -any or -all alone")
    reader.holders.add(holder.lower())
    if len(reader.holders) > 1:
        raise refused("Invalid object type", "a rule is for users or for devices, not for both")
    row = attribute(holder.lower(), name)
    operator = reader.operator(row)
    if operator in ("any", "all"):
        return _of_collection(reader, row, operator)
    return _comparison(reader, row, row, operator)


def _of_element(reader: _RuleReader) -> Condition:
    collection = reader.collection
    if collection is None or collection.kind != "texts":
        raise refused("Invalid operands found for operator", "_ stands for a text behind -any or -all alone")
    reader.advance()
    operator = reader.operator(attribute("user", "mail"))
    return _comparison(reader, None, attribute("user", "mail"), operator)


def _of_part(reader: _RuleReader, collection: Attribute, holder: str, name: str) -> Condition:
    wanted, rows = _ELEMENT_HOLDERS.get(collection.kind, ("_", ""))
    if holder != wanted:
        raise refused("Invalid object type", f"behind '{collection.name}' stands {wanted}, not '{holder}'")
    row = attribute(rows, name)
    operator = reader.operator(row)
    if collection.kind != "groups":
        return _comparison(reader, row, row, operator)
    groups = operand(reader, row, operator)
    if operator != "in" or not isinstance(groups, tuple):
        raise refused(
            "Invalid operands found for operator", "memberOf takes (group.objectId -in ['…']) alone"
        )
    reader.groups = groups
    return MemberOf(groups)


def _of_collection(reader: _RuleReader, row: Attribute, operator: str) -> Condition:
    reader.collection = row
    bracket = reader.passes(_GRAMMAR.opening)
    inner = _GRAMMAR.read(reader)
    if bracket:
        reader.demand(_GRAMMAR.closing)
    reader.collection = None
    return inner if row.kind == "groups" else Collection(row, operator == "all", inner)


def _comparison(reader: _RuleReader, row: Attribute | None, typed: Attribute, operator: str) -> Condition:
    literal = operand(reader, typed, operator)
    reader.by_clock = reader.by_clock or isinstance(literal, FromNow)
    negated = operator.startswith("no") or operator == "ne"
    return Comparison(row, "eq" if operator == "ne" else operator.removeprefix("not"), literal, negated)


_GRAMMAR = Grammar(
    either=Mark("operator", "or"),
    both=Mark("operator", "and"),
    negation=Mark("operator", "not"),
    opening=Mark("bracket", "("),
    closing=Mark("bracket", ")"),
    deepest=_DEEPEST,
    term=_term,
)


@lru_cache(maxsize=256)
def compile_rule(text: str) -> Rule:
    """Return a compiled rule. Raises PropertyError for a bad one, with the place or the word."""
    if len(text) > LONGEST:
        raise refused(
            "Query compilation error", f"the rule has {len(text)} characters; {LONGEST} are the most"
        )
    reports = _REPORTS.match(text)
    if reports is not None:
        manager = reports[1].lower()
        return Rule(ReportsTo(manager), "user", manager=manager)
    try:
        return _read(text)
    except UnreadableError as error:
        raise refused(
            "Query compilation error", f"the rule cannot be read at position {error.position}: {text}"
        ) from error
    except DepthError as error:
        raise refused("Query compilation error", "the rule is nested too deeply") from error


def _read(text: str) -> Rule:
    reader = _RuleReader(text)
    condition = _GRAMMAR.read(reader)
    if reader.token.kind != END:
        raise reader.error()
    if reader.groups and not isinstance(condition, MemberOf):
        raise refused("Invalid operands found for operator", "memberOf cannot be used with other rules")
    if len(reader.groups) > MOST_GROUPS:
        raise refused("Invalid operands found for operator", f"memberOf takes {MOST_GROUPS} groups at most")
    return Rule(condition, reader.holders.pop(), reader.groups, None, reader.by_clock)

"""A server that filters users by userName alone is asked by it: what can be judged so is judged, right or wrong."""

import re

import pytest

from harness.certification.outcomes import Outcome
from harness.certification.suites.rfc7644.suite import RFC7644
from tests.certification.right.controls import Narrow, Ungrouped
from tests.certification.right.patching import Refusal
from tests.certification.suites.rfc7644.test_rfc7644 import only

JUDGED = (
    "3.4.2.2 eq is whole",
    "3.4.2.2 signs",
    "3.4.2.2 scripts",
    "3.4.2.2 after PATCH",
    "3.4.2.2 after PUT",
    "3.4.2.2 and, or, not",
    "3.4.2.2 three terms",
    "3.4.2.2 brackets",
    "3.4.2.2 gt, ge, lt, le",
    "3.4.2.3 sort",
    "3.4.2.3 sort texts",
    "3.4.2.3 sort by meta",
    "3.4.2.3 sorted pages",
    "3.4.2.3 sort without a value",
    "3.4.2.3 sort by the primary",
    "3.4.2.4 all pages",
    "3.4.3 search pages",
    "3.4.3 search as asked",
)


class ByEquality(Narrow):
    """Takes eq and or alone of the operators, and of userNames those without blanks."""

    def listed(self, kind, query):
        if re.search(r" (?:sw|co|ew|gt|ge|lt|le|ne|and) |\(", query.get("filter", "")):
            raise Refusal(400, "invalidFilter")
        return super().listed(kind, query)

    def store(self, kind, resource, moment):
        if " " in resource.get("userName", ""):
            raise Refusal(400, "invalidValue")
        return super().store(kind, resource, moment)


class RepeatsTheFirstPage(Narrow):
    def listed(self, kind, query):
        return super().listed(kind, {**query, "startIndex": "1"})


class FindsBeginnings(Narrow):
    def listed(self, kind, query):
        return super().listed(kind, {name: each.replace(" eq ", " sw ") for name, each in query.items()})


class TakesPlusForABlank(Narrow):
    def listed(self, kind, query):
        return super().listed(kind, {name: each.replace("+", " ") for name, each in query.items()})


class KnowsNoOtherScripts(Narrow):
    def listed(self, kind, query):
        ascii_alone = {name: each.encode("ascii", "replace").decode() for name, each in query.items()}
        return super().listed(kind, ascii_alone)


class FindsByTheFormerName(Narrow):
    """Filters by what users were called first."""

    def __init__(self):
        super().__init__()
        self.first = {}

    def listed(self, kind, query):
        for key, each in self.kinds["Users"].items():
            self.first.setdefault(key, each["userName"])
        there = super().listed(kind, {})["Resources"]
        wanted = re.findall(r'userName eq "([^"]*)"', query.get("filter", ""))
        if not wanted:
            return super().listed(kind, query)
        matches = [each for each in there if self.first[each["id"]] in wanted]
        return self.page(matches, 1, len(matches))

    def store(self, kind, resource, moment):
        stored = super().store(kind, resource, moment)
        self.first.setdefault(stored["id"], stored.get("userName"))
        return stored


@pytest.mark.parametrize("name", JUDGED)
def test_a_right_server_passes(certify, name):
    assert certify(only(name), Narrow())[name].outcome is Outcome.PASSED


@pytest.mark.parametrize("name", [*JUDGED[:5], "3.4.2.4 all pages"])
def test_one_that_takes_equality_alone_fails_nothing(certify, name):
    """It refuses a userName with blanks, so that scripts cannot be tried with it."""
    result = certify(only(name), ByEquality())[name]
    assert result.outcome is (Outcome.SKIPPED if name == "3.4.2.2 scripts" else Outcome.PASSED), result.reason


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("3.4.2.4 all pages", RepeatsTheFirstPage),
        ("3.4.2.2 eq is whole", FindsBeginnings),
        ("3.4.2.2 signs", TakesPlusForABlank),
        ("3.4.2.2 scripts", KnowsNoOtherScripts),
        ("3.4.2.2 after PATCH", FindsByTheFormerName),
        ("3.4.2.2 after PUT", FindsByTheFormerName),
    ],
)
def test_a_wrong_one_fails(certify, name, make):
    result = certify(only(name), make())[name]
    assert result.outcome is Outcome.FAILED, result.reason


def test_what_is_declined_hides_no_fault_of_the_other_filters(certify):
    """The full name of userName is asked last, after seven filters that this server declines; it finds everybody."""

    class Everybody(Narrow):
        def listed(self, kind, query):
            return super().listed(kind, {} if ":User:userName" in query.get("filter", "") else query)

    assert (
        certify(only("3.4.2.2 each attribute"), Everybody())["3.4.2.2 each attribute"].outcome
        is Outcome.FAILED
    )
    skipped = certify(only("3.4.2.2 each attribute"), Narrow())["3.4.2.2 each attribute"]
    assert skipped.outcome is Outcome.SKIPPED
    assert "7 more filters asked here are declined, too" in skipped.reason


def test_a_group_is_deleted_whether_or_not_groups_are_filtered(certify):
    """All that is asked besides the filter is judged."""
    assert certify(only("3.6 group deleted"), Ungrouped())["3.6 group deleted"].outcome is Outcome.PASSED


def test_every_check_here_is_one_of_the_suite():
    assert set(JUDGED) <= {check.name for check in RFC7644.checks}

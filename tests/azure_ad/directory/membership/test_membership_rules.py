"""Rules of dynamic groups: every one that the page prints, what it says of the language, and what it refuses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.azure_ad.directory.membership.conditions import Candidate
from harness.azure_ad.directory.membership.rule import compile_rule
from harness.azure_ad.directory.properties import PropertyError

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECTIONS = yaml.load(
    Path(__file__).with_name("membership_rules.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
PRINTED = [
    pytest.param(row, id=f"{section['section']}: {row['rule'][:60]}")
    for section in SECTIONS
    for row in section["rules"]
]


def holds(rule, document, groups=(), manager=None):
    return compile_rule(rule).holds(Candidate(document, NOW, lambda: list(groups), lambda: manager))


def refusal(rule):
    with pytest.raises(PropertyError) as caught:
        compile_rule(rule)
    return str(caught.value)


@pytest.mark.parametrize("row", PRINTED)
def test_a_printed_rule_takes_whom_it_should(row):
    """groups-dynamic-membership: the rule holds for one and not for the other; device rules hold for no user."""
    if "takes" in row:
        assert holds(row["rule"], row["takes"], row.get("groups", ()), row.get("manager"))
    else:
        assert not holds(row["rule"], row["leaves"], row.get("groups", ()))
        assert compile_rule(row["rule"]).holder == "device"
    assert not holds(row["rule"], row["leaves"])


def test_the_table_has_all_rules_of_the_page():
    """62 for users, 28 for devices; of the fifteen extension attributes of a device the two ends."""
    rules = [row["rule"] for section in SECTIONS for row in section["rules"]]
    assert (len(rules), len(set(rules))) == (90, 90)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('user.department -eq "sales"', True),
        ('user.department -ne "Sales"', False),
        ("user.city -eq null", True),
        ("user.city -eq $null", True),
        ('user.city -ne "x"', True),
        ('user.city -notIn ["x", "y"]', True),
        ('user.city -notMatch "."', True),
        ('user.department -startsWith "SA" -and user.accountEnabled -eq false', False),
        ('user.city -eq "x" -or user.department -contains "ale"', True),
        ('user.department -notContains "ALE"', False),
        ('user.department -eq "Sales" -or user.city -eq "x" -and user.city -eq "y"', True),
        ('(user.department -eq "Sales" -or user.city -eq "x") -and user.city -eq "y"', False),
        ('-not user.department -eq "Sales" -or user.accountEnabled -eq true', True),
        ('user.department eq "Sales" and not (user.city eq "x")', True),
        ('user.accountEnabled -eq "true"', True),
        ("user.accountEnabled -ne true", False),
        ('user.otherMails -contains "A@B"', True),
        ('user.otherMails -all (_ -endsWith ".c")', True),
        ('user.otherMails -any (_ -eq "a@b.c") -and user.city -eq null', True),
        ('user.otherMails -any _ -eq "x" -or _ -eq "a@b.c"', True),
        ('user.jobTitle -eq "say `"hi`""', True),
        ("user.displayName -eq \"O''Brien\"", True),
        ("user.displayName -eq 'O''Brien'", True),
        ("user.employeeId -eq 123", True),
        ("user.employeeId -in [12, 123]", True),
        ('user.employeeOrgData.costCenter -eq "cc1"', True),
        ("user.employeeHireDate -le system.now", True),
        ("user.employeeHireDate -ge system.now -minus p1d", True),
        ("user.employeeHireDate -ge system.now -minus pt11h", False),
        ('user.userPrincipalName -match "@Contoso\\.com$"', True),
    ],
)
def test_the_language_means_what_the_page_says(rule, expected):
    """Operators, their order, with and without hyphens, quotes in texts; case does not count."""
    user = {
        "department": "Sales",
        "accountEnabled": True,
        "displayName": "O'Brien",
        "otherMails": ["a@b.c"],
        "jobTitle": 'Say "hi"',
        "employeeId": "123",
        "employeeOrgData": {"costCenter": "CC1"},
        "employeeHireDate": "2026-11-29T00:00:00Z",
        "userPrincipalName": "obrien@contoso.com",
    }
    assert holds(rule, user) is expected


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        # The three rows of groups-troubleshooting, "I encountered a rule processing error".
        (
            '(user.invalidProperty -eq "Value")',
            "Property 'invalidProperty' cannot be applied to object 'User'",
        ),
        ("(user.accountEnabled -contains true)", "Invalid operands found for operator -contains"),
        ('(user.department -eq "Sales") (user.department -eq "Marketing")', "Query compilation error"),
        ('(user.userPrincipalName -match "*@domain.ext")', "Query compilation error. the regular expression"),
        # groups-dynamic-membership
        ('user.mobilePhone -eq "1"', "did you mean 'mobile'?"),
        ('user.manager -eq "x"', "Property 'manager' cannot be applied"),
        ('user.departmnt -eq "x"', "did you mean 'department'?"),
        ("user.mail -not null", "Invalid operands found for operator -not;"),
        ("user.mail -startsWith null", "null takes -eq and -ne alone"),
        ('user.department -eq "x" -or device.displayName -eq "y"', "for users or for devices"),
        ('group.objectId -eq "x"', "Invalid object type"),
        ('user.department -ge "a"', "Invalid operands found for operator -ge"),
        ('user.employeeHireDate -eq "value"', "'value' is no moment"),
        ("user.employeeHireDate -ge 2020-06-10T18:13:20", "has no time zone"),
        ("user.employeeHireDate -ge system.now -plus p", "cannot be read at position"),
        ('user.accountEnabled -eq "yes"', "is true or false"),
        ('user.assignedPlans -any (_ -eq "x")', "_ stands for a text"),
        ('user.assignedPlans -any (user.city -eq "x")', "behind 'assignedPlans' stands assignedplan"),
        (
            'user.assignedPlans -any (assignedPlan.skuId -eq "x")',
            "Property 'skuId' cannot be applied to object 'Plan'",
        ),
        ('user.proxyAddresses -any (user.city -eq "x")', "behind 'proxyAddresses' stands _"),
        ('_ -eq "x"', "_ stands for a text"),
        ('user.otherMails -in "x"', "cannot be read at position"),
        ('(device.devicePhysicalIds -any _ -eq "[OrderID]:179887111881"', "cannot be read at position"),
        ('user.department -eq "' + "x" * 3100 + '"', "3072 are the most"),
        ("(" * 100 + 'user.city -eq "x"' + ")" * 100, "nested too deeply"),
        (
            'Direct Reports for "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb" -or user.city -eq "x"',
            "cannot be read at position 0",
        ),
        # groups-dynamic-rule-member-of, Preview limitations
        (
            "user.memberOf -any (group.objectId -in ['a']) -and user.city -eq \"x\"",
            "memberOf cannot be used with other rules",
        ),
        ("-not (user.memberOf -any (group.objectId -in ['a']))", "memberOf cannot be used with other rules"),
        ("user.memberOf -all (group.objectId -in ['a'])", "Invalid operands found for operator -all"),
        ("user.memberOf -any (group.objectId -eq 'a')", "memberOf takes"),
        (f"user.memberOf -any (group.objectId -in [{','.join(['1'] * 51)}])", "takes 50 groups at most"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(rule, message):
    """In Graph's form, with what is wrong."""
    text = refusal(rule)
    assert text.startswith("Dynamic membership rule validation error: ")
    assert message in text


RULES = st.recursive(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(
            [
                "user.department",
                "user.accountEnabled",
                "user.otherMails",
                "user.nothing",
                "_",
                "device.displayName",
            ]
        ),
        st.sampled_from(["-eq", "-ne", "-startsWith", "-CONTAINS", "-x", "-any", "-in", "-match", "-ge"]),
        st.sampled_from(
            ['"sales"', "'x'", "true", "null", '"`""', "x", '["a", 1]', "system.now -plus p1d", '(_ -eq "a")']
        ),
    ),
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["-and", "-or", "-not"]), inner),
    ),
    max_leaves=6,
)


@given(RULES | st.text(alphabet="(user.)-eq\"' _[]", max_size=20))
def test_every_rule_is_read_or_refused(text):
    """A rule that is read says yes or no of every user."""
    try:
        rule = compile_rule(text)
    except PropertyError:
        return
    for user in ({}, {"department": "Sales", "accountEnabled": True, "otherMails": ["1"]}):
        assert rule.holds(Candidate(user, NOW)) in (True, False)

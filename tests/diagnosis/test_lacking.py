"""What lacks, contradicts or is of something else decides nothing: it is said, and what to export instead."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.cli import main
from harness.diagnosis.inventing.directory import invented

EXPORTS = Path(__file__).parents[1] / "exports" / "samples"
ANA, BO = "aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b"
AWS_APP, OTHER_APP = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
ROLE, DEFAULT_ACCESS = "8774f594-1d59-4279-b9d9-59ef09a23530", "00000000-0000-0000-0000-000000000000"
TENANTS = ("6f0c2a513b7e4c199d840a1be5c7d2f3", "7a1d3b624c8f5d2aae951b2cf6d8e304")
LINK = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/more?$skiptoken=x"}


@cache
def whole(key: str) -> dict[str, Any]:
    return next(iter(invented(1, 0, key))).user


def user(key: str, name: str, **values: Any) -> dict[str, Any]:
    """Return a user with everything that a new job's mapping reads, who arrives unless a value says otherwise."""
    return {**whole(key), "id": key, "userPrincipalName": f"{name}@corvid.example", **values}


def assignment(principal: str, kind: str = "User", **values: Any) -> dict[str, Any]:
    return {
        "principalId": principal,
        "principalType": kind,
        "principalDisplayName": "Office",
        "appRoleId": ROLE,
        "resourceId": AWS_APP,
        "resourceDisplayName": "AWS IAM Identity Center",
        **values,
    }


def failure(principal: str, name: str, **values: Any) -> dict[str, Any]:
    """Return an entry of the log: AWS refused a user for a conflict."""
    return {
        "id": "entry",
        "changeId": "c",
        "cycleId": "y",
        "activityDateTime": "2026-03-02T09:41:03Z",
        "jobId": f"aWSSingleSignon.{TENANTS[0]}.app",
        "servicePrincipal": {"id": AWS_APP, "displayName": "AWS"},
        "provisioningAction": "create",
        "sourceIdentity": {
            "id": principal,
            "identityType": "User",
            "details": {"UserPrincipalName": f"{name}@corvid.example"},
        },
        "provisioningStatusInfo": {
            "status": "failure",
            "errorInformation": {"errorCode": "X", "reason": "StatusCode: Conflict"},
        },
        **values,
    }


def schema(**values: Any) -> dict[str, Any]:
    """Return the samples' schema with a mapping for all that AWS requires and without its filter."""
    document: dict[str, Any] = json.loads((EXPORTS / "schema-job-aws.json").read_text(encoding="utf-8"))
    mapping = users_mapping(document)
    mapping["scope"] = None
    for target, source in (("displayName", "displayName"), ("name.givenName", "givenName")):
        mapping["attributeMappings"].append(mapped(target, f"[{source}]"))
    return {**document, **values}


def users_mapping(document: dict[str, Any]) -> dict[str, Any]:
    mappings = document["synchronizationRules"][0]["objectMappings"]
    return next(each for each in mappings if each["sourceObjectName"] == "User")


def mapped(target: str, expression: str) -> dict[str, Any]:
    kind = "Attribute" if expression.startswith("[") else "Function"
    source = {"expression": expression, "name": expression.strip("[]"), "type": kind, "parameters": []}
    return {"targetAttributeName": target, "source": source, "matchingPriority": 0, "flowType": "Always"}


class Exports:
    """Files of one case in a folder, and what is said of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[Path] = []

    def add(self, name: str, content: object) -> Path:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        self.paths.append(path)
        return path

    def diagnosed(self, *options: str, files: tuple[Path, ...] = ()) -> tuple[Result, dict[str, Any]]:
        out = self.folder / "out.json.report"
        paths = [str(path) for path in files or self.paths]
        result = CliRunner().invoke(main, ["diagnose", *paths, *options, "--json", str(out)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result, json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}

    def verdicts(self, *options: str) -> dict[str, str]:
        _, report = self.diagnosed(*options)
        return {each["userPrincipalName"].partition("@")[0]: each["verdict"] for each in report["users"]}


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def test_users_on_a_page_that_lacks_keep_the_command_from_succeeding(exports: Exports) -> None:
    exports.add("users.json", {**LINK, "value": [user(ANA, "ana")]})
    result, report = exports.diagnosed()
    assert result.exit_code == 1
    assert report["complete"] is False
    assert "users may lack" in result.output


def test_users_in_a_file_that_ends_early_keep_the_command_from_succeeding(exports: Exports) -> None:
    exports.add("users.json", json.dumps([user(ANA, "ana"), user(BO, "bo")])[:-90])
    result, report = exports.diagnosed()
    assert (result.exit_code, [each["verdict"] for each in report["users"]]) == (1, ["arrives"])


@pytest.mark.parametrize(
    "content",
    [
        {**LINK, "value": [assignment(BO)]},
        json.dumps([assignment(BO), assignment(ANA)])[:-30],
    ],
    ids=["another page", "cut"],
)
def test_who_is_not_among_a_part_of_the_assignments_may_be_in_the_rest(
    exports: Exports, content: object
) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo")])
    exports.add("assigned.json", content)
    assert exports.verdicts() == {"ana": "undecidable", "bo": "arrives"}


def test_who_is_not_among_a_part_of_the_members_may_be_in_the_rest(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo")])
    exports.add("assigned.json", [assignment("99", "Group")])
    members = exports.add(
        "members.json", {**LINK, "value": [{"id": BO, "userPrincipalName": "bo@corvid.example"}]}
    )
    assert exports.verdicts("--group", f"Office={members}") == {"ana": "undecidable", "bo": "arrives"}


@pytest.mark.parametrize(
    "content",
    [
        {
            "NextToken": "x",
            "Users": [{"UserId": "1", "UserName": "else", "Emails": [{"Value": "bo@corvid.example"}]}],
        },
        {
            "totalResults": 3,
            "Resources": [
                {"schemas": [], "id": "1", "userName": "else", "emails": [{"value": "bo@corvid.example"}]}
            ],
        },
        [
            {"UserId": "1", "UserName": "else", "Emails": [{"Value": "bo@corvid.example"}]},
        ],
    ],
    ids=["NextToken", "totalResults", "whole"],
)
def test_an_account_on_a_page_that_lacks_may_hold_the_name(exports: Exports, content: object) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo", mail="bo@corvid.example")])
    exports.add("aws.json", content)
    ana = "arrives" if isinstance(content, list) else "undecidable"
    assert exports.verdicts() == {"ana": ana, "bo": "conflicts"}


def test_whose_own_account_is_seen_needs_no_other_page(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    own = {"UserId": "1", "UserName": "ana@corvid.example", "ExternalIds": [{"Id": ANA.upper()}]}
    exports.add("aws.json", {"NextToken": "x", "Users": [own]})
    assert exports.verdicts() == {"ana": "arrives"}


def test_ids_are_the_same_in_any_case(exports: Exports) -> None:
    exports.add("users.json", [user(ANA.upper(), "ana")])
    exports.add("assigned.json", [assignment(ANA)])
    assert exports.verdicts() == {"ana": "arrives"}


def test_without_an_id_the_name_leads_to_it_where_another_file_has_both(exports: Exports) -> None:
    exports.add("users.json", [{k: v for k, v in user(ANA, "ana").items() if k != "id"}])
    exports.add("assigned.json", [assignment(ANA)])
    assert exports.verdicts() == {"ana": "undecidable"}
    success = {"provisioningStatusInfo": {"status": "success", "errorInformation": None}}
    exports.add("log.json", [failure(ANA, "ana", **success)])
    assert exports.verdicts() == {"ana": "arrives"}


def test_members_by_userprincipalname_alone_are_members(exports: Exports) -> None:
    exports.add("users.json", [{k: v for k, v in user(ANA, "ana").items() if k != "id"}])
    exports.add("assigned.json", [assignment("99", "Group")])
    members = exports.add("members.csv", "userPrincipalName,displayName\nANA@corvid.example,Ana\n")
    assert exports.verdicts("--group", f"Office={members}") == {"ana": "arrives"}


def test_powershells_members_are_members(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo")])
    exports.add("assigned.json", [assignment("99", "Group")])
    inner = {"@odata.type": "#microsoft.graph.user", "userPrincipalName": "ana@corvid.example"}
    members = exports.add(
        "members.json", [{"Id": ANA, "DeletedDateTime": None, "AdditionalProperties": inner}]
    )
    assert exports.verdicts("--group", f"Office={members}") == {"ana": "arrives", "bo": "skipped"}


def test_members_of_a_group_that_is_not_assigned_are_pointed_out(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    exports.add("assigned.json", [assignment("99", "Group")])
    members = exports.add("members.csv", f"id,userPrincipalName\n{ANA},ana@corvid.example\n")
    result, _ = exports.diagnosed("--group", f"Ofice={members}")
    assert "members were given of groups that are not assigned: ofice (assigned are: Office)" in result.output


def test_of_several_templates_aws_own_is_used_and_the_others_named(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    templates = [
        {"id": name, "factoryTag": name, "schema": schema(id=f"{name}.{'0' * 32}.app")}
        for name in ("aWSSingleSignon", "scim", "slack")
    ]
    users_mapping(templates[1]["schema"])["attributeMappings"].pop()
    templates[2]["schema"]["synchronizationRules"][0]["targetDirectoryName"] = "Slack"
    exports.add("templates.json", {"value": templates})
    result, report = exports.diagnosed()
    assert report["users"][0]["verdict"] == "arrives"
    assert "scim.00000000000000000000000000000000.app" in result.output
    assert "slack.00000000000000000000000000000000.app" in result.output
    assert "is a template, not the schema of a job" in result.output


def test_assignments_of_another_application_do_not_count(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo"), user("cc", "eve")])
    other = {"resourceId": OTHER_APP, "resourceDisplayName": "Slack"}
    exports.add("assigned.json", [assignment(ANA), assignment(BO), assignment(ANA, **other)])
    assert exports.verdicts() == {"ana": "arrives", "bo": "undecidable", "eve": "skipped"}
    exports.add("log.json", [failure("zz", "zoe")])
    assert {**exports.verdicts(), "zoe": ""} == {
        "ana": "arrives",
        "bo": "arrives",
        "eve": "skipped",
        "zoe": "",
    }
    result, _ = exports.diagnosed()
    assert "assignments of other applications are not used: Slack" in result.output


def test_default_access_is_a_role_like_any_other_but_before_april_2020(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo")])
    exports.add("assigned.json", [assignment(ANA), assignment(BO, appRoleId=DEFAULT_ACCESS)])
    assert exports.verdicts() == {"ana": "arrives", "bo": "arrives"}
    assert exports.verdicts("--quirk", "default-access=skipped") == {"ana": "arrives", "bo": "skipped"}
    exports.add("assigned.json", [assignment(ANA), assignment(BO), assignment(BO, appRoleId=DEFAULT_ACCESS)])
    assert exports.verdicts("--quirk", "default-access=skipped")["bo"] == "arrives"


@pytest.mark.parametrize("first", [True, False])
def test_default_access_of_a_group_does_not_depend_on_the_order_of_rows(
    exports: Exports, *, first: bool
) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo")])
    rows = [assignment("99", "Group", appRoleId=DEFAULT_ACCESS), assignment(ANA)]
    exports.add("assigned.json", rows if first else rows[::-1])
    members = exports.add("members.csv", f"id,userPrincipalName\n{BO},bo@corvid.example\n")
    options = ("--group", f"99={members}", "--quirk", "default-access=skipped")
    assert exports.verdicts(*options) == {"ana": "arrives", "bo": "skipped"}


def test_accounts_of_two_identity_stores_decide_nothing(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    accounts = [{"UserId": n, "UserName": f"{n}@x", "IdentityStoreId": f"d-{n}"} for n in "12"]
    exports.add("aws.json", {"Users": accounts})
    result, report = exports.diagnosed()
    assert report["users"][0]["verdict"] == "undecidable"
    assert "2 identity stores (d-1, d-2)" in result.output


def test_entries_of_another_tenants_job_are_not_used(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    exports.add(
        "log.json", [failure(ANA, "ana", jobId=f"aWSSingleSignon.{tenant}.app") for tenant in TENANTS]
    )
    assert exports.verdicts() == {"ana": "arrives"}
    exports.add("schema.json", schema(id=f"aWSSingleSignon.{TENANTS[0]}.app"))
    result, _ = exports.diagnosed()
    assert exports.verdicts() == {"ana": "undecidable"}
    assert (
        f"entries of other jobs are not used (aWSSingleSignon.{TENANTS[1]}.app), of 2 tenants"
        in result.output
    )


def test_a_schema_that_sends_to_no_scim_is_not_used(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    document = schema(id=f"salesforce.{TENANTS[0]}.app")
    document["synchronizationRules"][0]["targetDirectoryName"] = "Salesforce"
    users_mapping(document)["targetObjectName"] = "User"
    exports.add("schema.json", document)
    result, report = exports.diagnosed()
    assert "default mapping" in report["mapping"]
    assert "the schema of another application (salesforce), which is not provisioned by SCIM" in result.output


def test_a_scim_schema_under_another_tag_counts_where_no_other_is_given_and_is_pointed_out(
    exports: Exports,
) -> None:
    exports.add("users.json", [user(ANA, "ana", surname=None)])
    document = schema(id=f"awsNew.{TENANTS[0]}.app")
    document["synchronizationRules"][0]["targetDirectoryName"] = "AWS New"
    users_mapping(document)["attributeMappings"] = [
        each
        for each in users_mapping(document)["attributeMappings"]
        if each["targetAttributeName"] != "name.familyName"
    ]
    exports.add("schema.json", document)
    result, report = exports.diagnosed()
    assert report["mapping"] == "the exported schema"
    assert (
        "is the schema of the application aws new, judged here as if it provisioned to AWS" in result.output
    )
    exports.add("job.json", schema(id=f"aWSSingleSignon.{TENANTS[0]}.app"))
    result, _ = exports.diagnosed()
    assert "awsNew" in result.output
    assert "judged here as if" not in result.output


def test_the_jobs_schema_counts_before_a_template_and_two_that_differ_are_refused(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana", surname=None)])
    template = schema(id=f"aWSSingleSignon.{'0' * 32}.app")
    users_mapping(template)["attributeMappings"] = []
    exports.add(
        "a.json", {"value": [{"id": "aWSSingleSignon", "factoryTag": "aWSSingleSignon", "schema": template}]}
    )
    exports.add("b.json", schema())
    result, report = exports.diagnosed()
    assert report["mapping"] == "the exported schema"
    assert "not used, for another schema is nearer to the job" in result.output
    changed = schema()
    users_mapping(changed)["attributeMappings"].pop()
    exports.add("c.json", changed)
    result, _ = exports.diagnosed()
    assert result.exit_code == 2
    assert "two schemas that differ" in result.output


def test_one_of_two_rules_is_chosen_and_said(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    document = schema()
    other = {
        **document["synchronizationRules"][0],
        "name": "INBOUND",
        "targetDirectoryName": "Microsoft Entra ID",
    }
    document["synchronizationRules"].insert(0, {**other, "objectMappings": []})
    exports.add("schema.json", document)
    result, _ = exports.diagnosed()
    assert "other rules are not used: INBOUND" in result.output
    assert exports.verdicts() == {"ana": "arrives"}


def pascal(value: Any) -> Any:
    if isinstance(value, list):
        return [pascal(each) for each in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(each) for key, each in value.items()}
    return value


def test_powershells_schema_is_read_and_a_cut_one_refused(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana", department="Design\u200b")])
    document = schema()
    users_mapping(document)["attributeMappings"].append(mapped("nickName", "[department]"))
    exports.add("schema.json", pascal(document))
    _, report = exports.diagnosed()
    assert (report["mapping"], report["users"][0]["attribute"]) == ("the exported schema", "nickName")
    cut = pascal(document)
    cut["SynchronizationRules"][0]["ObjectMappings"] = ["System.Object", "System.Object"]
    exports.add("schema.json", cut)
    result, _ = exports.diagnosed()
    assert result.exit_code == 2
    assert "ConvertTo-Json -Depth 20" in result.output


def test_a_function_that_is_not_known_leaves_its_mapping_undecidable_alone(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo", surname="Bo\u200b")])
    document = schema()
    users_mapping(document)["attributeMappings"].append(mapped("title", 'Frobnicate("x", [jobTitle])'))
    exports.add("schema.json", document)
    result, _ = exports.diagnosed()
    assert exports.verdicts() == {"ana": "undecidable", "bo": "refused"}
    assert "What the schema says of title cannot be evaluated here" in result.output


def test_what_the_log_writes_and_the_schema_does_not_map_is_said(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana")])
    document = schema()
    exports.add("schema.json", document)
    changes = [{"displayName": "nickName", "oldValue": None, "newValue": "A"}]
    exports.add("log.json", [failure(ANA, "ana", jobId=document["id"], modifiedProperties=changes)])
    result, _ = exports.diagnosed()
    assert "the log shows values written to nickName, which the schema does not map" in result.output


def test_an_account_of_which_it_is_not_known_whether_it_is_enabled_is_not_called_refused(
    exports: Exports,
) -> None:
    values = user(ANA, "ana", surname="Ana\u200b")
    del values["accountEnabled"]
    exports.add("users.json", [values])
    result, report = exports.diagnosed()
    assert report["users"][0]["verdict"] == "undecidable"
    assert "If they are sent: name.familyName holds a character" in result.output
    del values["surname"]
    values["displayName"] = None
    exports.add("users.json", [values])
    assert exports.verdicts() == {"ana": "skipped"}


def test_powershells_false_is_an_answer(exports: Exports) -> None:
    values = {
        key[:1].upper() + key[1:]: value for key, value in user(ANA, "ana", accountEnabled=False).items()
    }
    exports.add("users.json", [{"AboutMe": None, "AdditionalProperties": {}, **values}])
    assert exports.verdicts() == {"ana": "skipped"}


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Ja", "Nein"),
        ("Oui", "Non"),
        ("Sí", "No"),
        ("WAHR", "FALSCH"),
        ("Tak", "Nie"),
        ("да", "нет"),
        ("Sim", "Não"),
    ],
)
def test_true_and_false_in_other_languages(exports: Exports, yes: str, no: str) -> None:
    users = [user(ANA, "ana", accountEnabled=yes), user(BO, "bo", accountEnabled=no)]
    exports.add("users.json", users)
    assert exports.verdicts() == {"ana": "arrives", "bo": "skipped"}


def test_the_same_verdict_for_another_cause_is_not_called_the_same(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana", displayName="Ana\u200b")])
    body = json.dumps({"detail": "List attribute phoneNumbers exceeds allowed limit of 1", "status": "400"})
    reason = f"StatusCode: BadRequest\r\nMessage: x\r\nWeb Response: \r\n{body}. This operation was retried 0 times."
    information = {"errorCode": "X", "reason": reason}
    status = {"provisioningStatusInfo": {"status": "failure", "errorInformation": information}}
    exports.add("log.json", [failure(ANA, "ana", **status)])
    _, report = exports.diagnosed()
    assert report["logs"][0]["reproduced"] is False
    assert "refused here too, but for displayName" in report["logs"][0]["note"]


def test_lists_that_contradict_each_other_decide_only_what_they_agree_on(exports: Exports) -> None:
    exports.add("a.json", [user(ANA, "ana"), user(BO, "bo")])
    exports.add("b.json", [{**user(ANA, "ana"), "surname": "Ana\u200b"}])
    _, report = exports.diagnosed()
    verdicts = {each["userPrincipalName"]: each for each in report["users"]}
    assert verdicts["ana@corvid.example"]["verdict"] == "undecidable"
    assert verdicts["ana@corvid.example"]["attribute"] == "surname"
    assert verdicts["bo@corvid.example"]["verdict"] == "arrives"


def test_who_shares_a_value_with_somebody_who_may_not_be_sent_is_in_no_certain_conflict(
    exports: Exports,
) -> None:
    exports.add(
        "users.json", [user(ANA, "ana", mail="x@corvid.example"), user(BO, "bo", mail="x@corvid.example")]
    )
    assert exports.verdicts() == {"ana": "conflicts", "bo": "conflicts"}
    exports.add("assigned.json", [assignment(ANA), assignment("99", "Group")])
    _, report = exports.diagnosed()
    assert [each["verdict"] for each in report["users"]] == ["undecidable", "undecidable"]
    assert {cause["cause"] for cause in report["causes"]} == {"may-be-the-same", "members-not-exported"}


def test_somebody_listed_twice_is_one_person(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo"), user(ANA, "ana")])
    assert exports.verdicts() == {"ana": "arrives", "bo": "arrives"}
    _, report = exports.diagnosed()
    assert len(report["users"]) == 2


def test_the_order_and_the_names_of_the_files_make_no_difference(exports: Exports, tmp_path: Path) -> None:
    document = schema()
    contents: list[object] = [
        [user(ANA, "ana"), {k: v for k, v in user(BO, "bo").items() if k != "surname"}],
        [{"userPrincipalName": "BO@corvid.example", "surname": "Bo\u200b"}, user("cc", "eve", surname=None)],
        [{"id": BO.upper(), "userPrincipalName": "bo@corvid.example", "mobilePhone": "1"}],
        [failure(ANA, "ana", jobId=document["id"]), failure("zz", "zoe", jobId=document["id"])],
        [failure(ANA, "ana", jobId=document["id"], activityDateTime="3/2/2026, 8:41:03.118 AM")],
        document,
        [assignment(ANA), assignment(BO), assignment("zz")],
    ]
    results = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(contents), 0, None, 360)):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = Exports(folder)
        for place, content in enumerate(order):
            case.add(f"{place}.json", content)
        _, report = case.diagnosed(files=tuple(case.paths if number % 2 else reversed(case.paths)))
        users = sorted(report["users"], key=lambda each: each["userPrincipalName"].casefold())
        lines = [{**each, "userPrincipalName": each["userPrincipalName"].casefold()} for each in users]
        results.add(json.dumps([lines, report["causes"], report["logs"], report["summary"], report["notes"]]))
    assert len(results) == 1


def test_a_log_whose_users_are_in_no_list_may_be_of_another_tenant(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    exports.add("users.json", {"value": [user(ANA, "ana")]})
    exports.add("log.json", {"value": [failure(BO, "bo"), failure(AWS_APP, "cy", id="other")]})
    result, _ = exports.diagnosed()
    assert "none of the 2 users that the log names is in the lists of users" in result.output
    exports.add("more.json", {"value": [user(BO, "bo")]})
    result, _ = exports.diagnosed()
    assert "that the log names is in the lists" not in result.output


def test_a_conflict_in_the_log_weighs_more_than_values_that_lack(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    exports.add("users.json", {"value": [{"id": ANA, "userPrincipalName": "ana@corvid.example"}]})
    exports.add("log.json", {"value": [failure(ANA, "ana")]})
    _, document = exports.diagnosed()
    (entry,) = document["users"]
    assert (entry["verdict"], entry["attribute"]) == ("undecidable", "userName")
    assert "list-users" in entry["remedy"]


@pytest.mark.parametrize(
    ("code", "values", "reproduced"),
    [
        ("MissingValues", {"surname": None}, True),
        ("MandatoryFieldsMissing", {"surname": None}, True),
        ("MissingValues", {}, False),
        ("ImportSkipped", {"surname": None}, False),
    ],
)
def test_failures_without_an_answer_are_compared_by_their_codes(
    code: str, values: dict[str, Any], reproduced: bool, tmp_path: Path
) -> None:
    information = {"errorCode": code, "reason": "No value for what the target requires."}
    exports = Exports(tmp_path)
    exports.add("users.json", {"value": [user(ANA, "ana", **values)]})
    status = {"status": "failure", "errorInformation": information}
    exports.add("log.json", {"value": [failure(ANA, "ana", provisioningStatusInfo=status)]})
    result, _ = exports.diagnosed()
    assert f"The logs: {int(reproduced)} of 1" in result.output


def test_a_failure_whose_reason_an_export_lost_leaves_open_who_would_arrive(tmp_path: Path) -> None:
    """As ConvertTo-Json without -Depth writes what is nested."""
    exports = Exports(tmp_path)
    exports.add("users.json", {"value": [user(ANA, "ana"), user(BO, "bo", surname=None)]})
    lost = {
        "Status": "failure",
        "ErrorInformation": "Microsoft.Graph.PowerShell.Models.MicrosoftGraphErrorInfo",
    }
    entries = [
        failure(key, name, provisioningStatusInfo=lost, changeId=name)
        for key, name in ((ANA, "ana"), (BO, "bo"))
    ]
    exports.add("log.json", {"value": entries})
    _, document = exports.diagnosed()
    assert [each["verdict"] for each in document["users"]] == ["undecidable", "skipped"]
    assert "-Depth 10" in document["users"][0]["remedy"]
    exports.add("log.json", {"value": [failure(ANA, "ana", provisioningStatusInfo="Microsoft.Graph.Status")]})
    result, _ = exports.diagnosed()
    assert "the export lost what became of it" in result.output

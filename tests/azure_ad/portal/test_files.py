"""Files of the portal: Bulk create, downloads of users and groups, and the schema; what is damaged is refused in one line."""

import csv
import io
import json

import pytest

from harness.exports.directory import directory as exported_directory
from harness.wire.message import MAX_BODY, Request
from tests.azure_ad.provisioning.company import GRAPH

BOUNDARY = "a-boundary"
HEADINGS = (
    "Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,"
    "Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Office phone [telephoneNumber]"
)
ANA = "Ana Ruiz,ana@contoso.com,Password1!,No,Ana,Ruiz,+1 425 555 0101"


def get(company, path):
    answer = company.ask(Request("GET", f"{GRAPH}/portal/{path}", ()))
    assert answer.status == 200
    return answer


def upload(company, path, content, name="file.csv"):
    """Press the button of a page's form with a file chosen."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    return company.ask(Request("POST", f"{GRAPH}/portal/{path}", (kind,), body))


def bulk(company, *lines, head=("version:v1.0", HEADINGS), encoding="utf-8", separator=","):
    text = "\r\n".join((*head, *lines)).replace(",", separator)
    return upload(company, "users/bulk-create", text.encode(encoding))


def names(company):
    return [user["userPrincipalName"] for user in company.directory.scan("User")]


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", ",")])
def test_users_are_created_in_bulk(company, encoding, separator):
    """Each line of the filled-in template is a user, whatever a spreadsheet saved it as; who is there already is told."""
    company.person("bo", userPrincipalName="bo@contoso.com")
    jorg = "Jörg Tamm,jorg@contoso.com,Password1!,Yes,Jörg,Tamm,"
    again = "Bo Again,bo@contoso.com,Password1!,No,Bo,Again,"
    page = bulk(
        company,
        "Example: Chris,c@contoso.com,x,No,,,",
        ANA,
        jorg,
        again,
        encoding=encoding,
        separator=separator,
    )
    assert page.status == 200
    assert "2 created, 1 not" in page.body.decode()
    assert names(company) == ["bo@contoso.com", "ana@contoso.com", "jorg@contoso.com"]
    ana, jorg = (company.directory.find("User", name) for name in ("ana@contoso.com", "jorg@contoso.com"))
    assert (ana["accountEnabled"], ana["businessPhones"]) == (True, ["+1 425 555 0101"])
    assert (jorg["accountEnabled"], jorg["displayName"]) == (False, "Jörg Tamm")
    assert "Password1!" not in json.dumps([ana, jorg])


def test_the_template_is_what_bulk_create_takes(company):
    """As downloaded it has nobody to create; with a line more it has one."""
    template = get(company, "users/bulk-create/download/template").body
    assert template.startswith(b"version:v1.0\r\nName [displayName] Required,")
    assert b"There is no user below the headings" in upload(company, "users/bulk-create", template).body
    filled = template + b"Ana Ruiz,ana@contoso.com,Password1!,No" + b"," * 13
    assert upload(company, "users/bulk-create", filled).status == 200
    assert names(company) == ["ana@contoso.com"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Line 1 must be"),
        (b"version:v9.0\n", "Line 1 must be"),
        (f"version:v1.0\n{HEADINGS.partition(',')[2]}\n".encode(), "Line 2 has no column [displayName]"),
        (f"version:v1.0\n{HEADINGS}\n{ANA}\n,bo@contoso.com,x,No,,,\n".encode(), "Line 4 has no displayName"),
        (f"version:v1.0\n{HEADINGS}\nBo,bo@contoso.com,x,Maybe,,,\n".encode(), "must say Yes or No"),
        (f'version:v1.0\n{HEADINGS}\n"Ana,ana'.encode(), "is no CSV"),
        (f"version:v1.0\n{HEADINGS}\n".encode() + b"J\xf6rg,j@contoso.com,x,No,,,", "is no text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00", "is no text in UTF-8"),
    ],
)  # fmt: skip
def test_a_faulty_file_makes_nobody(company, content, reason):
    """The first fault is said in one line, with where it is."""
    page = upload(company, "users/bulk-create", content)
    assert page.status == 400
    assert reason in page.body.decode().replace("&#39;", "'")
    assert names(company) == []


@pytest.mark.parametrize("path", ["users/bulk-create", "apps/{app}/provisioning/schema"])
def test_a_file_that_is_too_big_is_refused(company, path):
    """In words, and before it is read."""
    company.person("ana")
    page = upload(company, path.format(app=company.app), b"x" * (MAX_BODY + 1))
    assert page.status == 413
    assert "more than the 1 MiB" in page.body.decode()


def test_users_are_downloaded_as_the_portal_does(company, tmp_path):
    """The file has the portal's columns, no formula, and is taken again by what reads exports."""
    company.person("ana", displayName="=1+1", surname="Ruiz", jobTitle="Engineer")
    answer = get(company, "users/download/csv")
    assert answer.header("Content-Disposition") == 'attachment; filename="exportUsers.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert (row["userPrincipalName"], row["displayName"]) == ("ana@contoso.com", "'=1+1")
    assert (row["accountEnabled"], row["createdDateTime"]) == ("True", "3/2/2026 8:00:00 AM")
    file = tmp_path / "users.csv"
    file.write_bytes(answer.body)
    (user,) = exported_directory([file])["azure_ad"]["users"]
    assert (user["userPrincipalName"], user["surname"]) == ("ana@contoso.com", "Ruiz")


def test_groups_are_downloaded(company):
    """One line a group, with its type and how people come into it."""
    company.group("Office")
    (row,) = csv.DictReader(io.StringIO(get(company, "groups/download/csv").body.decode()))
    assert (row["DisplayName"], row["GroupType"], row["MembershipType"]) == ("Office", "Security", "Assigned")


def test_a_schema_is_downloaded_changed_and_uploaded(company):
    """The file is the job's own schema; what is changed in it is in force, wrapped as Graph does or not."""
    company.person("ana")
    path = f"apps/{company.app}/provisioning/schema"
    schema = json.loads(get(company, f"{path}/download/json").body)
    assert schema == company.engine.schema(company.job)
    for wrapped in (lambda it: it, lambda it: {"value": [{"id": "scim", "schema": it}]}):
        mappings = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        gone = mappings.pop()
        page = upload(company, path, json.dumps(wrapped(schema)).encode(), "schema.json")
        assert page.status == 303, page.body
        saved = company.engine.schema(company.job)
        left = saved["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        assert gone["targetAttributeName"] not in [each["targetAttributeName"] for each in left]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"synchronizationRules": [{', "or was cut off"),
        (b"[]", "holds no synchronization schema"),
        (b'{"value": []}', "holds no synchronization schema"),
        (b'{"synchronizationRules": []}', "no rule with objectMappings"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
    ],
)
def test_a_file_that_is_no_schema_is_refused(company, content, reason):
    """In one line; the mappings stay."""
    before = company.engine.schema(company.job)
    page = upload(company, f"apps/{company.app}/provisioning/schema", content, "schema.json")
    assert page.status == 400
    assert reason in page.body.decode()
    assert company.engine.schema(company.job) == before

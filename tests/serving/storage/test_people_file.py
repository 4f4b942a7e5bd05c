"""A file of people, small or so large that it is walked on the disk: the same people, the same mistakes."""

import json

import pytest

from harness.base.errors import HarnessError
from harness.serving.options import Options
from harness.serving.served import Served
from harness.serving.storage import people_file
from harness.serving.storage.people_file import read

ANA = {"userPrincipalName": "ana@contoso.com", "displayName": "Ana Ruiz", "manager": "bob@contoso.com"}
BOB = {"userPrincipalName": "bob@contoso.com", "displayName": "Bob", "telephoneNumber": "+1"}
EVERYBODY = {"displayName": "Everybody", "members": ["ana@contoso.com", "bob@contoso.com"]}
CAROL = {"userName": "carol", "displayName": "Carol", "name": {"givenName": "C", "familyName": "C"}}
OFFICE = {"users": [ANA, BOB], "groups": [EVERYBODY]}


@pytest.fixture(params=[0, 1 << 20], ids=["walked on the disk", "read at once"], autouse=True)
def size(request, monkeypatch):
    """Have every file be a large one, or a small one."""
    monkeypatch.setattr(people_file, "_LARGE", request.param)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a file and returns its path."""

    def write(content):
        path = tmp_path / "people.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def served():
    served = Served(Options())
    yield served
    served.stop()


@pytest.mark.parametrize(
    "document", [OFFICE, {"azure_ad": OFFICE}, {"groups": [EVERYBODY], "users": [ANA, BOB]}], ids=str
)
def test_people_groups_and_managers_come_whatever_their_order(served, written, document):
    """Who is named before being there is there in the end."""
    served.populate(read(written(document)))
    directory = served.world.azure.directory
    ana, bob = (directory.find("User", name) for name in ("ana@contoso.com", "bob@contoso.com"))
    assert (bob["businessPhones"], directory.manager(ana["id"])) == (["+1"], bob["id"])
    assert directory.members(directory.find("Group", "Everybody")["id"]) == [ana["id"], bob["id"]]


@pytest.mark.parametrize("inside", [True, False])
def test_who_is_assigned_comes_with_the_people(served, written, inside):
    """By name, with a role of the application or its first; the order in the file does not matter."""
    entries = [{"groups": ["Everybody"], "role": "msiam_access"}, {"users": ["bob@contoso.com"]}]
    document = {"assignments": entries, **OFFICE}
    served.populate(read(written({"azure_ad": document} if inside else document)))
    applications, app = served.world.azure.applications, served.world.app_id
    roles = {role["id"]: role["displayName"] for role in applications.find(app)["appRoles"]}
    assigned = [
        (entry["principalDisplayName"], roles[entry["appRoleId"]]) for entry in applications.assignments(app)
    ]
    assert assigned == [("Everybody", "msiam_access"), ("Bob", "User")]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"users": ["carol@contoso.com"]}], "there is no user 'carol@contoso.com'"),
        ([{"groups": ["Nobody"]}], "there is no group 'Nobody'"),
        (
            [{"users": ["bob@contoso.com"], "role": "Usr"}],
            "the application has no role 'Usr'; did you mean 'User'",
        ),
        ([{"user": "bob@contoso.com"}], "unknown key 'user'; did you mean 'users'"),
        ([{"role": "User"}], "an entry names nobody: users or groups"),
        ([{"users": "bob@contoso.com"}], "users must be a list of names"),
        ([{"users": ["bob@contoso.com", "bob@contoso.com"]}], "'bob@contoso.com' has that role already"),
        ({"users": ["bob@contoso.com"]}, "azure_ad.assignments must be a list such as"),
        (0, "azure_ad.assignments must be a list such as"),
        (False, "azure_ad.assignments must be a list such as"),
        ("", "azure_ad.assignments must be a list such as"),
        ([{"users": 0}], "users must be a list of names"),
        ([{"groups": ""}], "groups must be a list of names"),
        (["bob@contoso.com"], "^azure_ad.assignments: an entry must be a mapping such as"),
        ([{"users": ["bob@contoso.com"], "role": ["User"]}], "role must be the displayName of a role"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_assignment_is_told_and_nobody_comes(served, written, entries, message):
    with pytest.raises(HarnessError, match=message):
        served.populate(read(written({**OFFICE, "assignments": entries})))
    assert served.is_empty


def test_both_sides_are_filled(served, written):
    served.populate(read(written({"azure_ad": OFFICE, "aws_sso": {"users": [CAROL], "accounts": []}})))
    assert not served.is_empty
    assert served.world.aws.store.count("user") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"azure_ad": OFFICE, "gcp": {}}, "unknown side 'gcp'"),
        ({"users": [BOB], "user": []}, "unknown key 'azure_ad.user'; did you mean 'users'?"),
        ({"azure_ad": 0}, "'azure_ad' must be a mapping with users and groups"),
        ({"aws_sso": ""}, "'aws_sso' must be a mapping with users and groups"),
        ({"users": 0}, "azure_ad.users must be a list of mappings"),
        ({"users": [], "groups": False}, "azure_ad.groups must be a list of mappings"),
        ({"groups": [{"displayName": "Office", "members": 0}]}, "Office: members must be a list of names"),
        ({"users": {"a": 1}}, "azure_ad.users must be a list of mappings"),
        ({"users": [BOB, 7]}, "azure_ad.users must be a list of mappings"),
        ({"users": [BOB], "groups": "all"}, "azure_ad.groups must be a list of mappings"),
        ({"azure_ad": [], "users": [BOB]}, "unknown side 'users'"),
        ({"azure_ad": 7}, "'azure_ad' must be a mapping"),
        ({"users": [BOB, BOB]}, "bob@contoso.com: Another object with the same value"),
        ('{"users": [{"userPrincipalName": "bob@contoso.com"}, {"userPrinc', "people.json is not"),
        ('{"users": [{"userPrincipalName": "bob@contoso.com"}]} and more', "people.json is not"),
        ('{"users": ' + 5000 * "[" + 5000 * "]" + "}", "people.json is not"),
        ([{"users": [BOB]}], "people.json must hold a mapping"),
    ],
    ids=lambda value: str(value)[:80],
)
def test_a_mistake_anywhere_is_named_and_nobody_is_there(served, written, content, message):
    with pytest.raises(HarnessError) as caught:
        served.populate(read(written(content)))
    assert (message in str(caught.value), served.is_empty) == (True, True), caught.value
    assert "\n" not in str(caught.value) or "YAML" in str(caught.value)

"""The examples of the SCIM developer guide as a set: each request as printed is answered as printed, member for member in order.

`documented/examples.json` has them page by page, with what must be there first; a `note` says where the page contradicts
itself or cuts its answer short, `beside` what the answer has beside what is printed: only GetGroup has something. Ids,
moments and cursors are the service's own, so they are compared as the guide's.
Source: https://docs.aws.amazon.com/singlesignon/latest/developerguide/supported-apis.html, the sections "Examples", "Filter
examples" and "Pagination examples" of each operation's page (read 2026-11-29).
The bodies of discovery are held by `test_discovery.py`.
"""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

EXAMPLES = json.loads((Path(__file__).parent / "documented" / "examples.json").read_text())
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
SERVICES_OWN = ("id", "meta", "schemas", "members")
USERS = "urn:ietf:params:scim:schemas:core:2.0:User"


class Names:
    """Which id here stands for which of the guide's."""

    def __init__(self):
        self._here = {}

    def note(self, documented, here):
        self._here[documented] = here

    def here(self, text):
        for documented, here in self._here.items():
            text = text.replace(documented, here)
        return text

    def documented(self, text):
        for documented, here in self._here.items():
            text = text.replace(here, documented)
        return text


def made(account, resource):
    """Make a user or group of the guide by what its representation says; return its id here."""
    collection = "/Users" if USERS in resource["schemas"] else "/Groups"
    return account.made(
        collection, {name: value for name, value in resource.items() if name not in SERVICES_OWN}
    )["id"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['page']}: {example['example']}")
def test_an_example_is_answered_as_printed(any_account, example):
    """In both eras, but for filters that came later."""
    if any_account.tenant.quirks.profile == "aws-sso-2020" and ".value eq" in example["request"]["path"]:
        pytest.skip("came in 2025")
    names, request, wanted = Names(), example["request"], example["answer"]
    for resource in example["given"]:
        names.note(resource["id"], made(any_account, resource))
    for group, members in example.get("members", {}).items():
        value = [{"value": names.here(member)} for member in members]
        assert (
            any_account.patch(
                f"/Groups/{names.here(group)}", {"op": "add", "path": "members", "value": value}
            ).status
            == 204
        )
    path, _, filters = names.here(request["path"]).partition("=")
    body = json.loads(names.here(json.dumps(request["body"]))) if "body" in request else None
    answer = any_account.scim(request["method"], f"{path}={quote(filters)}" if filters else path, body)
    assert answer.status == wanted["status"], answer.body
    assert answer.header("Content-Type") == "application/json"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.header("x-amzn-RequestId"))
    if "body" not in wanted:
        assert answer.body == b""
        return
    if answer.status == 201 and request["method"] == "POST":
        names.note(wanted["body"]["id"], answer.json()["id"])
    document = answer.json()
    for name, value in example.get("beside", {}).items():
        assert document.pop(name) == value
    assert MOMENT.sub("(moment)", names.documented(json.dumps(document))) == MOMENT.sub(
        "(moment)", json.dumps(wanted["body"])
    )


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_pages_are_written_as_printed(account, path):
    """A page of 100 with the way to the next, and the last one without; the filter is repeated."""
    group = account.group("All", members=[])["id"]
    for number in range(104):
        key = account.user(f"u{number}", displayName=f"u{number}")["id"]
        value = [{"value": key}]
        account.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": value})
        if path == "/Groups":
            account.group(f"Group {number}", members=value)
    members = "&filter=" + quote(f'groups.value eq "{group}"')
    filters = [""] if path == "/Groups" else ["", members]
    for given in filters:
        first = account.scim("GET", f"{path}?cursor{given}").json()
        assert list(first) == ["itemsPerPage", "nextCursor", "schemas", "Resources"]
        assert re.fullmatch(r"[-a-zA-Z0-9+=/:_]+", first["nextCursor"])
        assert (first["itemsPerPage"], len(first["Resources"])) == (100, 100)
        last = account.scim("GET", f"{path}?cursor={quote(first['nextCursor'])}{given}").json()
        assert list(last) == ["itemsPerPage", "schemas", "Resources"]
        assert len(last["Resources"]) in (4, 5)

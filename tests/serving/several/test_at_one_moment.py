"""Two processes on one database are asked at one moment: nothing is lost, and one of two that want the same gets it."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.slow
ROUNDS = 15
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture
def both(serve, address):
    """Two served processes, asked together: a call is a function of the world that it goes to."""
    worlds = serve("--data", address), serve("--data", address)
    barrier = threading.Barrier(2)

    def at_once(*calls):
        def ask(call, world):
            barrier.wait()
            return call(world)

        return list(pool.map(ask, calls, worlds))

    with ThreadPoolExecutor(2) as pool:
        at_once.world = worlds[0]
        yield at_once


def person(name):
    return {
        "userName": name,
        "displayName": name,
        "name": {"givenName": "Ana", "familyName": "Ruiz"},
        "emails": [{"value": f"{name}@contoso.com", "type": "work", "primary": True}],
    }


def creating(body):
    return lambda world: world.scim("POST", "/Users", body)


def errors_of(world, name):
    """Return the error code of each such event of the history, None for what was carried out."""
    return [
        event.get("errorCode")
        for event in world.console("/event-history?form=json")["Records"]
        if event["eventName"] == name
    ]


def test_one_of_two_creates_is_refused(both):
    """With AWS SSO's words, and both stand in the event history."""
    for number in range(ROUNDS):
        create = creating(person(f"ana{number}"))
        answers = sorted(both(create, create), key=lambda answer: answer.status)
        assert [answer.status for answer in answers] == [201, 409]
        assert answers[1].json()["detail"] == "Refused to create a new, duplicate resource."
    assert both.world.scim("GET", "/Users").json()["totalResults"] == ROUNDS
    assert Counter(errors_of(both.world, "CreateUser")) == {None: ROUNDS, "ConflictException": ROUNDS}


def test_two_patches_of_one_user_both_stay(both):
    made = both.world.scim("POST", "/Users", person("ben")).json()

    def change(path, value):
        body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": value}]}
        return lambda world: world.scim("PATCH", f"/Users/{made['id']}", body).status

    for number in range(ROUNDS):
        assert both(change("title", f"t{number}"), change("nickName", f"n{number}")) == [200, 200]
        user = both.world.scim("GET", f"/Users/{made['id']}").json()
        assert (user["title"], user["nickName"]) == (f"t{number}", f"n{number}")


def test_two_members_added_at_once_are_both_in(both):
    group = both.world.scim("POST", "/Groups", {"displayName": "office", "members": []}).json()["id"]

    def add(member):
        body = {
            "schemas": [PATCH],
            "Operations": [{"op": "add", "path": "members", "value": [{"value": member}]}],
        }
        return lambda world: world.scim("PATCH", f"/Groups/{group}", body).status

    people = [both.world.scim("POST", "/Users", person(f"m{n}")).json()["id"] for n in range(2 * ROUNDS)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        assert both(add(one), add(other)) == [204, 204]
    for member in people:
        found = f'/Groups?filter=id%20eq%20"{group}"%20and%20members%20eq%20"{member}"'
        assert both.world.scim("GET", found).json()["totalResults"] == 1

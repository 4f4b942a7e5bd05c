"""The Python interface: what a developer of a sync tool writes in their own tests."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from harness import testing
from harness.base.errors import HarnessError
from harness.testing import Refused, World
from harness.testing.aws_side import AwsSso
from harness.testing.azure_side import AzureAd
from harness.wire.message import json_request
from tests.wire.authority import Authority

pytest_plugins = ["pytester"]

ANA = {
    "userPrincipalName": "ana@contoso.com",
    "displayName": "Ana Ruiz",
    "givenName": "Ana",
    "surname": "Ruiz",
}
RESOURCE = {
    "userName": "ana@contoso.com",
    "displayName": "Ana Ruiz",
    "name": {"givenName": "Ana", "familyName": "Ruiz"},
}


def test_a_cycle_brings_who_is_assigned() -> None:
    with World() as world:
        world.azure_ad.create_user(**ANA)
        world.azure_ad.create_group("Operations", members=["ana@contoso.com"])
        world.aws_sso.enable_automatic_provisioning()
        world.azure_ad.configure_provisioning()
        world.azure_ad.assign(groups=["Operations"])
        world.azure_ad.turn_provisioning_on()
        world.run_cycle()
        ana = world.aws_sso.user("ANA@contoso.com")
        assert ana is not None
        assert (ana.display_name, ana.active) == ("Ana Ruiz", True)
        assert [group.members for group in world.aws_sso.groups()] == [("ana@contoso.com",)]
        assert {entry.status for entry in world.azure_ad.provisioning_log()} == {"success"}
        assert [event.name for event in world.aws_sso.events("CreateUser")] == ["CreateUser"]
        world.aws_sso.assert_requested("POST", "/Users", times=1)


def test_a_service_that_says_no_raises_with_its_answer() -> None:
    with World() as world:
        world.aws_sso.scim_request("POST", "/Users", body=RESOURCE)
        with pytest.raises(Refused, match="duplicate") as refused:
            world.aws_sso.scim_request("POST", "/Users", body=RESOURCE)
        assert refused.value.result.status == 409


def test_what_a_client_sent_is_asserted_on_with_the_nearest_request() -> None:
    with World() as world:
        send, aws = world.send, world.aws_sso
        send(json_request("POST", f"{aws.endpoint.rstrip('/')}/Users", RESOURCE, bearer=aws.token))
        (request,) = aws.assert_requested("POST", "/Users", body_contains="ana@contoso.com")
        assert request.body["displayName"] == "Ana Ruiz"
        assert aws.token not in request.curl
        with pytest.raises(
            AssertionError, match=r"wanted at least one of PATCH /Groups/\*, saw 0\nnearest: POST /Users"
        ):
            aws.assert_requested("PATCH", "/Groups/*")
        aws.assert_none_unexpected()
        send(json_request("GET", f"{aws.endpoint.rstrip('/')}/Users/nobody", bearer=aws.token))
        with pytest.raises(AssertionError, match=r"GET /Users/nobody → 404"):
            aws.assert_none_unexpected()
        aws.assert_none_unexpected(404)


def test_requests_are_told_apart_by_what_they_sent_and_got() -> None:
    """By a text in the body, by their answer and by their order; a failure shows the nearest one, with its body."""
    with World() as world:
        aws = world.aws_sso
        for method, body in (("GET", None), ("POST", RESOURCE), ("POST", RESOURCE)):
            world.send(json_request(method, f"{aws.endpoint.rstrip('/')}/Users", body, bearer=aws.token))
        aws.assert_requested("POST", "/Users", times=1, body_contains="ana@contoso.com", status=409)
        aws.assert_requested_in_order("GET /Users", "POST /Users", "POST /Users")
        with pytest.raises(AssertionError, match=r"^no GET /Users came behind POST /Users → 201\nall 3: "):
            aws.assert_requested_in_order("POST /Users", "GET /Users")
        with pytest.raises(
            AssertionError, match=r"with 'ben' in its body, saw 0\nnearest: .*, with the body \{.*ana@"
        ):
            aws.assert_requested("POST", "/Users", body_contains="ben")
        with pytest.raises(
            AssertionError, match=r"POST /Users answered 400, saw 0\nnearest: POST /Users → 409\n"
        ):
            aws.assert_requested("POST", "/Users", status=400)
        with pytest.raises(AssertionError, match="wanted 3 of POST /Users, saw 2"):
            aws.wait_for("POST", "/Users", times=3, within=timedelta(0))
        assert len(aws.wait_for("POST", "/Users", times=2, within=timedelta(0))) == 2


def test_what_a_client_asked_of_graph_is_seen() -> None:
    """Not what the world's own administrator did."""
    with World() as world:
        world.azure_ad.create_user(
            userPrincipalName="ana@contoso.com", displayName="A", givenName="A", surname="R"
        )
        request = json_request(
            "GET", f"{world.azure_ad.graph_endpoint}/users", bearer=world.azure_ad.graph_token
        )
        assert world.send(request).status == 200
        assert [str(seen) for seen in world.azure_ad.requests()] == ["GET /users → 200"]
        world.azure_ad.assert_requested("GET", "/users", times=1)
        assert world.aws_sso.requests() == []


def test_a_fault_that_met_nothing_is_told() -> None:
    with World() as world:
        world.fault("POST /Groups", answer={"status": 503}, times=2)
        with pytest.raises(AssertionError, match=r"POST /Groups \(0 of 2\)"):
            world.assert_faults_met()


def test_a_client_of_any_language_speaks_to_a_socket() -> None:
    with World(sockets=True) as world:
        http = urllib3.PoolManager()
        headers = {"Authorization": f"Bearer {world.aws_sso.token}"}
        answer = http.request(
            "POST", f"{world.aws_sso.endpoint.rstrip('/')}/Users", json=RESOURCE, headers=headers
        )
        http.clear()
        assert answer.status == 201
        assert [user.user_name for user in world.aws_sso.users()] == ["ana@contoso.com"]
        assert world.aws_sso.wait_for("POST", "/Users")[0].status == 201


def test_a_request_that_has_not_come_yet_is_waited_for() -> None:
    with World(sockets=True) as world:
        address, token = f"{world.aws_sso.endpoint.rstrip('/')}/Users", world.aws_sso.token

        def client() -> None:
            http = urllib3.PoolManager()
            http.request("GET", address, headers={"Authorization": f"Bearer {token}"})
            http.clear()

        thread = threading.Thread(target=client)
        thread.start()
        (request,) = world.aws_sso.wait_for("GET", "/Users")
        thread.join()
        assert request.status == 200
        with pytest.raises(AssertionError, match="saw 0"):
            world.aws_sso.wait_for("DELETE", "/Users/*", within=timedelta(milliseconds=1))


def test_the_job_works_in_a_world_with_sockets() -> None:
    with World(sockets=True, populate={"azure_ad": {"users": [ANA]}}) as world:
        world.aws_sso.enable_automatic_provisioning()
        world.azure_ad.configure_provisioning(scope="all users and groups")
        world.azure_ad.turn_provisioning_on()
        world.run_cycle()
        assert world.aws_sso.user("ana@contoso.com") is not None


def test_the_same_seed_gives_the_same_ids() -> None:
    def token(seed: str) -> str:
        with World(seed=seed) as world:
            return world.aws_sso.token

    assert token("1") == token("1") != token("2")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"profile": "1999"}, "unknown profile '1999'"),
        ({"quirks": {"nonsense": 1}}, "unknown quirk 'nonsense'"),
        ({"populate": {"azure_ad": {"persons": []}}}, "unknown key 'azure_ad.persons'"),
    ],
)
def test_what_is_not_known_is_said(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(HarnessError, match=words):
        World(**arguments)  # type: ignore[arg-type]


def test_a_closed_world_says_so() -> None:
    world = World()
    world.close()
    world.close()
    with pytest.raises(HarnessError, match="this world is closed"):
        world.populate({})
    with pytest.raises(HarnessError, match="this world is closed"):
        world.clock.advance("1h")


@pytest.mark.harness(sockets=True)
def test_the_readme_tests_a_sync_tool(aws_sso: AwsSso) -> None:
    """The lines of the README, with a tool of a few lines."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("## In your own tests")[2].partition("```python\n")[2].partition("```")[0]

    def my_sync(endpoint: str, token: str) -> None:
        http = urllib3.PoolManager()
        http.request(
            "POST",
            f"{endpoint.rstrip('/')}/Users",
            json=RESOURCE,
            headers={"Authorization": f"Bearer {token}"},
        )
        http.clear()

    names: dict[str, Any] = {"my_sync": my_sync, "pytest": pytest}
    exec(shown, names)
    names["test_my_sync"](aws_sso)


class TestFixtures:
    """What pytest gives where the harness is installed."""

    def test_each_test_has_a_world_of_its_own(self, aws_sso: AwsSso, azure_ad: AzureAd) -> None:
        azure_ad.create_user(**ANA)
        assert aws_sso.users() == []

    @pytest.mark.harness(profile="aws-sso-2020", populate={"aws_sso": {"users": [RESOURCE]}})
    def test_a_marker_says_which(self, aws_sso: AwsSso) -> None:
        assert [user.user_name for user in aws_sso.users()] == ["ana@contoso.com"]

    @pytest.mark.slow
    def test_a_failure_comes_with_what_happened_on_both_sides(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        pytester.makepyfile(
            """
            def test_wrong(aws_sso):
                aws_sso.enable_automatic_provisioning()
                assert aws_sso.users() == ["somebody"]
            """
        )
        result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
        result.stdout.fnmatch_lines(["*what happened on both sides*", "*automatic-provisioning*"])
        result.assert_outcomes(failed=1)


def test_why_somebody_is_not_there_is_told(arranged: World) -> None:
    assert arranged.azure_ad.why(user="ana").summary.startswith("Ana Ruiz is ")
    assert arranged.azure_ad.why(group="Office").summary.startswith("Office is ")
    with pytest.raises(HarnessError, match="name one"):
        arranged.azure_ad.why()
    with World() as world, pytest.raises(HarnessError, match="provisioning is not configured"):
        world.azure_ad.why(user="ana")


@pytest.fixture
def arranged() -> Iterator[World]:
    people = {"users": [ANA], "groups": [{"displayName": "Office", "members": ["ana@contoso.com"]}]}
    with World(populate={"azure_ad": people}) as world:
        world.azure_ad.configure_provisioning()
        yield world


def test_a_client_that_insists_on_https_is_served(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.sign("localhost")
    with World(tls=(str(pair.certificate), pair.key)) as world:
        http = urllib3.PoolManager(ca_certs=str(authority.file))
        headers = {"Authorization": f"Bearer {world.aws_sso.token}"}
        assert world.aws_sso.endpoint.startswith("https://localhost:")
        assert http.request("GET", f"{world.aws_sso.endpoint}/Users", headers=headers).status == 200
        http.clear()


def test_the_lines_that_the_package_shows_run_as_they_stand() -> None:
    """AWS is enabled where its endpoint is needed first."""
    shown = str(testing.__doc__).partition(":\n\n")[2].partition("\n\nIn memory")[0]
    exec(textwrap.dedent(shown), {})

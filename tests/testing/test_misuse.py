"""What people do wrong with the Python interface, and the sentence that each of it gets."""

from __future__ import annotations

import gc
import inspect
import threading
from collections.abc import Callable

import pytest
import urllib3

from harness.base.errors import HarnessError
from harness.testing import World
from harness.wire.message import json_request

pytest_plugins = ["pytester"]

CLOSED = "this world is closed: its `with` or its test has ended"


def calls_of(thing: object) -> list[str]:
    """Return the names that users call or read on a part of a world; closing twice is no mistake."""
    return [name for name in dir(type(thing)) if not name.startswith("_") and name != "close"]


def words_for(method: Callable[..., object]) -> dict[str, str]:
    """Return a word for each argument that a method needs: a closed world never looks at them."""
    parameters = inspect.signature(method).parameters.values()
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {each.name: "x" for each in parameters if each.default is each.empty and each.kind not in several}


def call(thing: object, name: str) -> object:
    answer = getattr(thing, name)
    return answer(**words_for(answer)) if callable(answer) else answer


@pytest.mark.parametrize("part", ["world", "aws_sso", "azure_ad", "clock"])
def test_whatever_is_asked_after_the_end_gets_a_sentence(part):
    world = World()
    world.close()
    world.close()
    thing = world if part == "world" else getattr(world, part)
    names = calls_of(thing)
    assert len(names) > 1
    for name in names:
        with pytest.raises(HarnessError, match=CLOSED):
            call(thing, name)


def test_a_closed_world_cannot_be_entered_again():
    world = World()
    world.close()
    with pytest.raises(HarnessError, match=CLOSED), world:
        pass


@pytest.mark.slow
def test_the_report_of_a_test_that_closed_its_world_still_has_the_timeline(pytester):
    pytester.makepyfile(
        """
        def test_it(scim_world, aws_sso):
            aws_sso.scim_request("GET", "/Users")
            scim_world.close()
            aws_sso.requests()
        """
    )
    result = pytester.runpytest_inprocess("-q")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*this world is closed*", "*what happened on both sides*", "*GET /Users*200*"]
    )


def test_a_thread_that_calls_after_the_end_gets_a_sentence():
    """In memory the transport itself says so; a socket is not there any more."""
    raised = []
    with World() as world:
        send, endpoint = world.send, world.aws_sso.endpoint

    def client():
        try:
            send(json_request("GET", f"{endpoint}/Users"))
        except HarnessError as error:
            raised.append(str(error))

    thread = threading.Thread(target=client)
    thread.start()
    thread.join()
    assert raised[0].startswith(CLOSED)


def test_a_socket_after_the_end_is_refused():
    with World(sockets=True) as world:
        endpoint = world.aws_sso.endpoint
    http = urllib3.PoolManager(retries=False)
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        http.request("GET", endpoint)


@pytest.mark.slow
def test_a_world_that_was_left_open_is_told_of_and_ended():
    def leave_one_open():
        World(sockets=True)
        gc.collect()

    before = set(threading.enumerate())
    with pytest.warns(ResourceWarning, match="a World was left open; use it in `with`, or close it"):
        leave_one_open()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_two_worlds_at_once_have_ports_of_their_own():
    with World(sockets=True) as one, World(sockets=True) as other:
        assert one.aws_sso.endpoint.split("/")[2] != other.aws_sso.endpoint.split("/")[2]


def test_fixtures_that_are_asked_for_together_or_twice_are_one_world(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def arranged(scim_world, aws_sso):
            return scim_world, aws_sso

        def test_it(arranged, scim_world, aws_sso, azure_ad):
            assert arranged == (scim_world, aws_sso)
            assert scim_world.azure_ad is azure_ad
        """
    )
    pytester.runpytest_inprocess("-q").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            "'aws-sso-2020'",
            "*the marker harness takes profile, quirks, *each by its name; not 'aws-sso-2020'*",
        ),
        ("profil='aws-sso-2020'", "*the marker harness takes profile, quirks, *; not profil*"),
        ("profile='1999'", "*unknown profile '1999'*"),
    ],
)
def test_a_marker_that_is_wrong_gets_a_sentence(pytester, arguments, words):
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.harness({arguments})
        def test_it(aws_sso):
            pass
        """
    )
    result = pytester.runpytest_inprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([words])

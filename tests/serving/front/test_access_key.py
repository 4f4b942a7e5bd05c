"""The key for other machines: a balancer that was given it needs no other one after a start."""

from contextlib import closing

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.serving.front.gate import KEY_HEADER
from harness.serving.options import Options
from harness.serving.served import Served
from harness.serving.storage.data import Data
from harness.wire.message import Request
from harness.wire.sockets.network import Network

_CHOSEN = "chosen-for-a-balancer"


def key_of(folder, chosen=None):
    served = Served(Options(data=folder, allowed_hosts=("harness.example",), bare=True, access_key=chosen))
    served.stop()
    return served.key


def test_a_data_folder_has_the_same_key_at_each_start(tmp_path):
    first = key_of(tmp_path)
    assert key_of(tmp_path) == first
    assert key_of(None) != key_of(None), "nothing is there to keep it"


def test_a_chosen_key_is_used_and_stays(tmp_path):
    """With it a key that others have seen is replaced."""
    before = key_of(tmp_path)
    assert key_of(tmp_path, _CHOSEN) == key_of(tmp_path) == _CHOSEN != before
    assert key_of(None, _CHOSEN) == _CHOSEN


def test_the_key_is_encrypted_as_other_secrets_are(tmp_path):
    with closing(Data(tmp_path, "k" * 44)) as data:
        data.control_key(_CHOSEN)
    assert not any(_CHOSEN.encode() in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("pair", [None, ("AKIAIOSFODNN7EXAMPLE", "secret")])
def test_the_start_page_tells_whom_the_aws_cli_is_refused(pair):
    """It cannot send the key, so that without a pair of the server's own it is refused."""
    served = Served(Options(allowed_hosts=("harness.example",), bare=True, api_credentials=pair))
    network = Network()
    try:
        url = served.urls[0].replace("harness.example", "127.0.0.1")
        page = network(Request("GET", f"{url}/", ((KEY_HEADER, str(served.key)),))).body
    finally:
        network.close()
        served.stop()
    assert (b"--aws-access-key-id" in page, b"any key pair" in page) == (pair is None, pair is None)


@pytest.mark.parametrize("key", ["short", "with a blank and long", "süß-und-lang-genug"])
def test_a_key_that_no_header_takes_or_that_is_guessed_is_refused(key, monkeypatch):
    monkeypatch.setenv("HARNESS_ACCESS_KEY", key)
    result = CliRunner().invoke(main, ["serve", "--host", "10.0.0.7"])
    assert (result.exit_code, "HARNESS_ACCESS_KEY" in result.stderr, key in result.stderr) == (2, True, False)

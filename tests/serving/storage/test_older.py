"""Data folders of older versions open (`older_folders`)."""

import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest

from harness.base.errors import HarnessError
from harness.base.sqlite.lines import packed
from harness.base.sqlite.older import Renewal, as_it_is, convert
from harness.serving.options import Options
from harness.serving.served import Served
from harness.serving.storage.data import SIDES, Data
from harness.wire.message import json_request
from harness.wire.sockets.network import Network
from tests.base.store_contract import appended
from tests.serving.storage.older_folders import LAYOUTS, dump, older_folder


@pytest.fixture
def older(tmp_path):
    """Make the folder of a layout."""
    return partial(older_folder, tmp_path / "data")


def asked(served, network, method, path, body=None):
    azure = served.ready["azure_ad"]
    answer = network(
        json_request(method, f"{azure['graph_endpoint']}{path}", body, bearer=azure["graph_token"])
    )
    assert answer.status < 300, answer.body
    return answer.json() if answer.body else {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_world_of_an_older_version_goes_on(older, layout, capsys):
    """People, tokens, job and logs are there, and the next cycle takes up what the last one left."""
    folder = older(layout)
    before = {side: dump(folder / f"{side}.sqlite") for side in SIDES}
    served, network = Served(Options(data=folder)), Network()
    try:
        assert {user["displayName"] for _, user in served.world.azure.store.scan("User")} == {"Ana 0"}
        entries = asked(served, network, "GET", "/auditLogs/provisioning")["value"]
        assert "User 'ana0@contoso.com' was created in customappsso" in {
            step["description"] for entry in entries for step in entry["provisioningSteps"]
        }
        person = asked(served, network, "GET", "/users")["value"][0]["id"]
        asked(served, network, "PATCH", f"/users/{person}", {"displayName": "Ana Changed"})
        served.advance(timedelta(hours=1))
        url, token = served.ready["aws_sso"]["scim_endpoint"], served.ready["aws_sso"]["access_token"]
        answer = network(json_request("GET", f"{url}/Users", bearer=token))
        assert [user["displayName"] for user in answer.json()["Resources"]] == ["Ana Changed"]
        assert served.agreement()["agree"]
    finally:
        network.close()
        served.stop()
    copies = {side: dump(folder / f"{side}.sqlite.layout-{layout}") for side in SIDES}
    assert copies == before
    assert f"{folder / 'azure_ad.sqlite'}; it is converted" in capsys.readouterr().err


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_is_converted_whole_or_not_at_all(older, layout):
    """What fails on the way, as a kill does, leaves the file of before; the next start begins again."""
    path = older(layout) / "azure_ad.sqlite"
    before = dump(path)

    def breaks(kind, key, body):
        if kind == "provisioning":
            raise KeyError(kind)
        return as_it_is(kind, key, body)

    with (
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
        pytest.raises(HarnessError, match="it holds what no version of the harness wrote"),
    ):
        convert(connection, path, layout, Renewal(breaks))
    assert dump(path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on file sizes")
def test_a_copy_that_the_disk_takes_no_more_of_is_gone_at_once(older):
    """What there is no room for must not take the room that is left; the file stays what it was."""
    import resource  # not for Windows

    folder = older(1)
    before = dump(folder / "aws_sso.sqlite")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(HarnessError, match="its disk takes no more"):
            Data(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(folder.glob("*.layout-1*"))
    assert dump(folder / "aws_sso.sqlite") == before


def test_damage_in_an_older_file_is_told_without_its_rows(older):
    folder = older(1)
    with closing(sqlite3.connect(folder / "azure_ad.sqlite")) as connection, connection:
        connection.execute("UPDATE document SET body = '{\"displayName\": \"Ana' WHERE kind = 'User'")
    with pytest.raises(HarnessError) as raised:
        Data(folder)
    assert str(raised.value).startswith(f"{folder / 'azure_ad.sqlite'} is damaged")
    assert "Ana" not in str(raised.value)


def test_packed_lines_are_converted_too(older):
    """The second layout packs a log's older lines into blocks."""
    folder = older(2)
    with closing(sqlite3.connect(folder / "azure_ad.sqlite")) as connection, connection:
        sql = "SELECT log.number, shelf, body FROM log JOIN shelf ON shelf.number = shelf WHERE name = 'provisioning'"
        rows = connection.execute(sql).fetchall()
        block = packed((number, body) for number, _, body in rows)
        connection.execute(
            "INSERT INTO log_block VALUES (?, ?, ?, ?)", (rows[0][0], rows[-1][0], rows[0][1], block)
        )
        connection.execute("DELETE FROM log WHERE shelf = ?", (rows[0][1],))
    data = Data(folder)
    try:
        lines = list(data.stores["azure_ad"].read("provisioning"))
    finally:
        data.close()
    assert len(lines) == len(rows)
    assert all("entry" in line.body for line in lines)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_the_first_versions_did_not_keep_is_added(older, layout):
    """A membership's moment is that of the group's last change, and failures have the tag that they are found by."""
    folder = older(layout)
    with closing(sqlite3.connect(folder / "azure_ad.sqlite")) as connection, connection:
        connection.execute(
            'UPDATE log SET body = replace(body, \'"status":"success","errorInf\', \'"status":"failure","errorInf\')'
        )
    data = Data(folder)
    try:
        aws, azure = data.stores["aws_sso"], data.stores["azure_ad"]
        ((group, record),) = aws.scan("group")
        (user,) = aws.rights("member", group)
        ((_, membership),) = aws.scan("membership")
        entries = [line.body["entry"][9] for line in azure.read("provisioning", tag="failed")]
    finally:
        data.close()
    assert membership["membership"] == [group, user, record["history"][1], record["history"][3]]
    assert entries
    assert set(entries) == {"failure"}


def test_numbers_of_log_lines_go_on_growing(older):
    """Watermarks are such numbers: SQLite counted them in the first two layouts, and what was deleted counts."""
    folder = older(1)
    with closing(sqlite3.connect(folder / "azure_ad.sqlite")) as connection, connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'log'")
    data = Data(folder)
    try:
        assert appended(data.stores["azure_ad"], "directory-changes", {"type": "User", "id": "x"}) == 5001
    finally:
        data.close()

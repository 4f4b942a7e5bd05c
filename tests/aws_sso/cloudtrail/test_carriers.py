"""The files in which events are handed over: a download of the console, a trail's file, envelopes of EventBridge."""

import csv
import gzip
import io
import json
import re

import pytest

from harness.aws_sso.cloudtrail.carriers import carry

# The header of files that were downloaded in 2021 and 2024, alike in both.
HEADER = (
    "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,"
    "Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category"
)


@pytest.fixture
def eventful(account):
    """Return an account with a user made, one refused and a list read."""
    account.user("ana")
    account.scim("POST", "/Users", {"userName": "bo"})
    account.scim("GET", "/Users")
    return account


def test_the_csv_file_has_the_consoles_columns(eventful):
    """Newest first, without what was only read; an error's name and neither its sentence nor the request."""
    carried = carry(eventful.tenant, "csv")
    text = carried.content.decode()
    assert (carried.name, text.partition("\n")[0]) == ("event_history.csv", HEADER)
    refused, made, *_ = csv.DictReader(io.StringIO(text))
    assert (refused["Event name"], refused["Error code"], refused["Read-only"]) == (
        "CreateUser", "ValidationException", "false",
    )  # fmt: skip
    assert (made["Error code"], made["Resources"], made["User name"]) == ("", "[]", "")
    assert "familyName" not in text


@pytest.mark.parametrize("agent", ["=1+1", "+1", "-1", "@x"])
def test_a_spreadsheet_reads_no_formula_out_of_a_user_agent(account, new_person, agent):
    """What a client calls itself is a text, whatever it begins with."""
    account.raw("POST", "/Users", json.dumps(new_person("ana")).encode(), ("User-Agent", agent))
    (row, *_) = csv.DictReader(io.StringIO(carry(account.tenant, "csv").content.decode()))
    assert row["User agent"] == f"'{agent}"


def test_a_trails_file_is_compressed_and_named_by_its_moment(eventful):
    """Oldest first, reading calls included; the same events make the same octets under the same name."""
    carried = carry(eventful.tenant, "s3")
    records = json.loads(gzip.decompress(carried.content))["Records"]
    assert [each["eventName"] for each in records][-3:] == ["CreateUser", "CreateUser", "ListUsers"]
    assert records == eventful.events()[::-1]
    form = (
        r"AWSLogs/\d{12}/CloudTrail/us-east-1/\d{4}/\d\d/\d\d/"
        r"\d{12}_CloudTrail_us-east-1_\d{8}T\d{4}Z_[0-9a-f]{16}\.json\.gz"
    )
    assert re.fullmatch(form, carried.name)
    assert carry(eventful.tenant, "s3") == carried


def test_eventbridge_puts_each_event_into_an_envelope(eventful):
    """One a line; the envelope repeats account, time and region, and has an id of its own."""
    lines = carry(eventful.tenant, "eventbridge").content.splitlines()
    envelopes = [json.loads(line) for line in lines]
    last = envelopes[-1]
    assert list(last) == [
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail",
    ]  # fmt: skip
    assert (last["source"], last["detail-type"]) == ("aws.identitystore-scim", "AWS API Call via CloudTrail")
    assert (last["time"], last["region"]) == (last["detail"]["eventTime"], last["detail"]["awsRegion"])
    assert last["id"] != last["detail"]["eventID"]
    assert len({each["id"] for each in envelopes}) == len(envelopes)


def test_a_download_is_a_file_that_no_browser_shows_as_a_page(eventful):
    """Named, of its own media type, and at most as many events as were asked for."""
    answer = eventful.console("GET", "event-history?form=json&most=1")
    assert answer.header("Content-Disposition") == 'attachment; filename="event_history.json"'
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert len(answer.json()["Records"]) == 1
    for query in ("form=xml", "form=csv&most=0", "form=csv&most=x", "form=csv&most=200001"):
        assert eventful.console("GET", f"event-history?{query}").status == 400

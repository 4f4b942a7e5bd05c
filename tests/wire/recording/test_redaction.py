"""Secrets in pages, and pages that are made to keep whoever looks for them busy."""

import time

import pytest

from harness.wire.recording.redaction import redact_text

HUGE = 300_000  # characters; what took the square of it took minutes


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ('<input name=token value="abc">', '<input name=token value="***">'),
        ('<p>Token</p><input type=text name="secret_token" value=abc >', '<p>Token</p><input type=text name="secret_token" value="***" >'),
        ('<input name=token value="ab<c">', '<input name=token value="***">'),
        ('<input name=other><input name=token value="cut of', '<input name=other><input name=token value="***"'),
        ("<input name=password value='a long one that is cut of", '<input name=password value="***"'),
        ('<b class="token" id=t>abc</b>', '<b class="token" id=t>***</b>'),
        ('<b class="token">a>b>c</b>d', '<b class="token">***>***>***</b>d'),
        ('<b class="token"></b>abc', '<b class="token"></b>abc'),
        ("<input name=nextToken value=abc>", "<input name=nextToken value=abc>"),
    ],
)  # fmt: skip
def test_secrets_in_a_page(page, shown):
    assert redact_text(page) == shown


@pytest.mark.parametrize(
    "piece", ["<input ", "<input name=", 'class="token"', "value=", "token", ">", "<", "client-"]
)
def test_a_page_takes_time_by_its_length(piece):
    """A foreign server sends what it likes, and a recorder reads all of it."""
    page = "<input token" + piece * (HUGE // len(piece))
    began = time.process_time()
    redact_text(page)
    assert time.process_time() - began < 5

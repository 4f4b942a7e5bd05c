"""The text of an answer, as .NET's HttpContent reads it (ReadBufferAsString)."""

import gzip

import pytest

from harness.azure_ad.provisioning.target.text import in_utf8, json_in
from harness.wire.message import Response

TEXT = '{"id": "1", "userName": "Zoë 🦊"}'
VALUE = {"id": "1", "userName": "Zoë 🦊"}


def answer(body, charset=""):
    return Response(200, (("Content-Type", f"application/scim+json{charset}"),), body)


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode(), "; charset=utf-8"),
        (TEXT.encode(), '; charset="UTF-8"'),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-8-sig"), "; charset=utf-8"),
        (TEXT.encode("utf-16"), ""),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode("utf-16"), "; charset=utf-16"),
        (TEXT.encode("utf-16-le"), "; charset=utf-16"),
        (TEXT.encode("utf-16-be"), "; odata=minimal; charset=utf-16BE"),
    ],
)
def test_the_declared_charset_counts_then_the_mark(body, charset):
    """What is written to the log is UTF-8, too: in another charset no secret would be seen in it."""
    read = in_utf8(answer(body, charset))
    assert json_in(read) == VALUE
    assert read.body == TEXT.encode()


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (TEXT.encode(), "; charset=utf8"),
        (TEXT.encode(), "; charset=windows-1252"),
        (TEXT.encode(), "; charset=base64"),
        (TEXT.encode(), "; charset=\u0131"),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16"), "; charset=utf-8"),
        (gzip.compress(TEXT.encode(), mtime=0), ""),
    ],
)
def test_other_text_is_not_read(body, charset):
    with pytest.raises(ValueError, match=r"encoding name|line 1"):
        json_in(in_utf8(answer(body, charset)))


def test_octets_that_are_no_text_are_replaced():
    """A charset of one octet per letter is read letter by letter."""
    assert json_in(in_utf8(answer('{"id": "ë"}'.encode("latin-1"), "; charset=iso-8859-1"))) == {"id": "ë"}

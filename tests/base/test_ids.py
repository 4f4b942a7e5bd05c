"""Chance is a stream: the same seed draws the same, branches do not disturb each other, no seed is unpredictable."""

import base64
import json
import re
import uuid

import pytest

from harness.base.ids import Ids

DRAWS = [
    lambda ids: ids.uuid(),
    lambda ids: ids.hex(16),
    lambda ids: ids.alphanumeric(24),
    lambda ids: ids.base64(32),
    lambda ids: ids.number(10**12),
]
GOLDEN = ["ffd90fc3-f19f-403b-9ced-49982c332848", "00cec8cb", "SNrPAtC6", "LMbq", 109]
each_draw = pytest.mark.parametrize("draw", DRAWS, ids=["uuid", "hex", "alphanumeric", "base64", "number"])


@each_draw
def test_the_same_seed_gives_the_same_stream(draw):
    """A run can be repeated byte for byte, and within it no two draws are alike."""
    one, other = Ids("seed"), Ids("seed")
    drawn = [draw(one) for _ in range(50)]
    assert drawn == [draw(other) for _ in range(50)]
    assert len(set(drawn)) == 50


@each_draw
def test_another_seed_gives_another_stream(draw):
    """Two seeds are two worlds."""
    assert draw(Ids("one")) != draw(Ids("other"))


@each_draw
def test_without_a_seed_nothing_repeats(draw):
    """Secrets of a served world cannot be guessed from another, not even in a branch of the same name."""
    assert draw(Ids(None)) != draw(Ids(None))
    assert draw(Ids(None).branch("tokens")) != draw(Ids(None).branch("tokens"))


def test_branches_are_independent():
    """What one consumer draws, before or after, shifts neither its siblings nor the trunk."""
    quiet = Ids("seed")
    trunk, users, tokens = quiet.uuid(), quiet.branch("users").uuid(), quiet.branch("tokens").uuid()

    busy = Ids("seed")
    early = busy.branch("users")
    for _ in range(10):
        busy.branch("tokens").uuid()
    assert early.uuid() == users
    assert busy.uuid() == trunk
    assert busy.branch("tokens").uuid() == tokens
    assert len({trunk, users, tokens}) == 3


def test_a_stream_is_the_same_on_every_machine():
    """The first draws of a seed are written down here, so that scenario output never changes unnoticed."""
    ids = Ids("contoso")
    assert [ids.uuid(), ids.hex(8), ids.alphanumeric(8), ids.base64(3), ids.number(1000)] == GOLDEN


def test_a_uuid_is_one():
    """Version 4, RFC variant, lower case, with hyphens."""
    ids = Ids("seed")
    for _ in range(50):
        text = ids.uuid()
        parsed = uuid.UUID(text)
        assert (str(parsed), parsed.version, parsed.variant) == (text, 4, uuid.RFC_4122)


def test_each_form_has_the_size_asked_for():
    """Digits, characters and octets are counted exactly, leading zeros included, and numbers stay below."""
    ids = Ids("seed")
    for _ in range(200):
        assert re.fullmatch(r"[0-9a-f]{10}", ids.hex(10))
        assert re.fullmatch(r"[A-Za-z0-9]{12}", ids.alphanumeric(12))
        assert len(base64.b64decode(ids.base64(20), validate=True)) == 20
        assert 0 <= ids.number(3) < 3


def test_a_stream_goes_on_from_a_position():
    """What was drawn since is drawn again, in branches as well; JSON keeps a position."""
    ids = Ids("seed")
    users = ids.branch("users")
    users.uuid()
    position = json.loads(json.dumps(ids.position()))
    drawn = [ids.uuid(), users.uuid(), users.number(10)]
    assert ids.fits(position)
    ids.move_to(position)
    assert [ids.uuid(), users.uuid(), users.number(10)] == drawn


def test_a_position_fits_only_a_stream_of_its_kind():
    """One without a seed has none, and others have other branches."""
    seeded, other, unseeded = Ids("seed"), Ids("seed"), Ids(None)
    other.branch("users")
    assert unseeded.position() is None
    assert unseeded.fits(None)
    assert not unseeded.fits(seeded.position())
    assert not seeded.fits(None)
    assert not other.fits(seeded.position())
    unseeded.move_to(None)

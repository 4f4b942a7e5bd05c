"""With a key no secret can be read from a data file; without it, or with another one, nothing opens."""

import pytest

from harness.base.errors import HarnessError
from harness.base.sealing import key_in, sealing
from harness.base.sqlite import Database
from tests.base.store_contract import StoreContract

WORDS = "correct horse battery"
KINDS = frozenset({"secrets"})
TOKEN = {"SecretToken": "s3cret-token"}


@pytest.fixture
def store():
    database = Database()
    yield database.tenant("contoso")
    database.close()


class TestASealedStore(StoreContract):
    @pytest.fixture
    def stores(self, monkeypatch):
        """Whatever its kind, a document comes out as it went in; deriving the key for each test would take longest."""
        monkeypatch.setattr("harness.base.sealing._COST", 2)
        database = Database()
        yield lambda name: sealing(database.tenant(name), frozenset({"user"}), WORDS)
        database.close()


def test_what_is_secret_is_kept_encrypted_and_nothing_else(store):
    sealed = sealing(store, KINDS, WORDS)
    sealed.put("secrets", "app", TOKEN)
    sealed.put("user", "1", TOKEN)
    assert "s3cret" not in str(store.get("secrets", "app"))
    assert store.get("user", "1") == sealed.get("secrets", "app") == TOKEN
    assert list(sealed.scan("secrets")) == [("app", TOKEN)]


@pytest.mark.slow
def test_secrets_of_before_there_was_a_key_are_encrypted_when_one_is_given(store):
    store.put("secrets", "app", TOKEN)
    assert sealing(store, KINDS, WORDS).get("secrets", "app") == TOKEN
    assert "s3cret" not in str(store.get("secrets", "app"))
    assert sealing(store, KINDS, WORDS).get("secrets", "app") == TOKEN


@pytest.mark.slow
@pytest.mark.parametrize("words", [None, "another horse battery"])
def test_without_the_right_key_nothing_opens(store, words):
    sealing(store, KINDS, WORDS).put("secrets", "app", TOKEN)
    with pytest.raises(HarnessError, match="HARNESS_KEY"):
        sealing(store, KINDS, words)


@pytest.mark.slow
def test_with_the_old_key_beside_it_a_new_one_takes_its_place(store):
    """Also when the start is repeated, for it may have been cut off; afterwards the old key opens nothing."""
    sealing(store, KINDS, WORDS).put("secrets", "app", TOKEN)
    for _ in range(2):
        assert sealing(store, KINDS, "another horse battery", WORDS).get("secrets", "app") == TOKEN
    assert sealing(store, KINDS, "another horse battery").get("secrets", "app") == TOKEN
    with pytest.raises(HarnessError, match="HARNESS_KEY"):
        sealing(store, KINDS, WORDS)


def test_a_key_that_can_be_guessed_is_refused(store):
    with pytest.raises(HarnessError, match="16 characters"):
        sealing(store, KINDS, "short")


def test_without_a_key_the_store_is_itself(store):
    assert sealing(store, KINDS, None) is store


def test_a_key_file_that_is_no_text_is_told_without_a_byte_of_it(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"\xbe" * 32)
    path.chmod(0o600)
    with pytest.raises(HarnessError, match="it is no text in UTF-8") as raised:
        key_in(path)
    assert "0xbe" not in str(raised.value).partition(str(path))[2]

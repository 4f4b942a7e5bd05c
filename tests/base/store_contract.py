"""The law of `harness.base.store.Store`: whatever keeps the data, this is how it behaves.

Subclass `StoreContract` and give it a fixture `stores`: a callable that returns the store of a named tenant, every
call in the same database.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import pytest

from harness.base.store import Document, Entry, StaleError, Store, TakenError

Stores = Callable[[str], Store]

WORDS = [
    "plain",
    "Siobhán O'Connor",
    "e\u0301 decomposed, \u00e9 composed",
    "山田 太郎",
    "محمد الفارسي",
    "🧑‍🚀 and 𝒜, beyond the basic plane",
    'quote " backslash \\ percent % underscore _ semicolon ; -- comment',
    "line\nbreak\ttab\r\n",
    " spaces around ",
    "",
]


def keys(store: Store, kind: str, **window: object) -> list[str]:
    return [key for key, _ in store.scan(kind, **window)]


def lines(store: Store, log: str, **window: object) -> list[object]:
    return [entry.body["n"] for entry in store.read(log, **window)]


def appended(store: Store, log: str, body: Document, tags: Iterable[str] = ()) -> int:
    """Append a line and return its sequence."""
    store.append(log, body, tags)
    return store.last_sequence(log)


@contextmanager
def failing(store: Store, error: type[BaseException] = ZeroDivisionError) -> Iterator[None]:
    """Run the block in a transaction that ends in an error, and see the error come out."""
    with pytest.raises(error), store.transaction():  # noqa: PT012 - the block comes first
        yield
        raise error


class StoreContract:
    @pytest.fixture
    def store(self, stores: Stores) -> Store:
        return stores("contoso")

    # Documents

    def test_what_was_put_is_what_one_gets(self, store):
        """A document comes back equal, types and nesting included."""
        body = {"text": "x", "number": 1.5, "big": 2**60, "yes": True, "none": None, "list": [{"deep": []}]}
        store.put("user", "1", body)
        assert store.get("user", "1") == body

    def test_an_absent_document_is_none(self, store):
        """Looking for what is not there is no error."""
        assert store.get("user", "1") is None

    def test_a_document_is_a_copy(self, store):
        """Neither changing what was put nor what was got changes what is kept."""
        body = {"emails": ["a@contoso.com"]}
        store.put("user", "1", body)
        body["emails"].append("b@contoso.com")
        store.get("user", "1")["emails"].clear()
        assert store.get("user", "1") == {"emails": ["a@contoso.com"]}

    def test_kinds_do_not_mix(self, store):
        """The same key names different documents under different kinds."""
        store.put("user", "1", {"is": "user"})
        store.put("group", "1", {"is": "group"})
        store.delete("user", "1")
        assert store.get("user", "1") is None
        assert store.get("group", "1") == {"is": "group"}

    def test_documents_come_in_the_order_first_put(self, store):
        """Listing order is creation order, whatever the keys are."""
        for key in ("m", "z", "a"):
            store.put("user", key, {"key": key})
        assert list(store.scan("user")) == [(key, {"key": key}) for key in ("m", "z", "a")]

    def test_replacing_keeps_the_place(self, store):
        """An update changes the body and nothing about the order."""
        for key in ("a", "b", "c"):
            store.put("user", key, {"turn": 1})
        store.put("user", "a", {"turn": 2})
        assert store.get("user", "a") == {"turn": 2}
        assert keys(store, "user") == ["a", "b", "c"]
        assert store.count("user") == 3

    def test_deleting_tells_whether_there_was_something(self, store):
        """The second deletion of one document finds nothing."""
        store.put("user", "1", {})
        assert store.delete("user", "1") is True
        assert store.delete("user", "1") is False
        assert store.get("user", "1") is None

    def test_what_is_recalled_is_what_is_there(self, store):
        """Put, deleted, undone, forgotten: asking again and again gives what `get` does."""
        assert store.recall("user", "1") is None
        store.put("user", "1", {"n": 1})
        assert store.recall("user", "1") == store.recall("user", "1") == {"n": 1}
        store.put("user", "1", {"n": 2})
        assert store.recall("user", "1") == {"n": 2}
        with failing(store):
            store.put("user", "1", {"n": 3})
            assert store.recall("user", "1") == {"n": 3}
        assert store.recall("user", "1") == {"n": 2}
        store.delete("user", "1")
        assert store.recall("user", "1") is None
        store.put("user", "1", {"n": 4})
        assert store.recall("user", "1") == {"n": 4}
        store.clear()
        assert store.recall("user", "1") is None

    def test_what_returns_after_deletion_goes_to_the_end(self, store):
        """Deletion gives up the place."""
        for key in ("a", "b", "c"):
            store.put("user", key, {})
        store.delete("user", "a")
        store.put("user", "a", {})
        assert keys(store, "user") == ["b", "c", "a"]

    def test_a_scan_may_start_behind_a_key_and_stop_early(self, store):
        """`after` and `limit` cut one page out of the order."""
        for key in "abcde":
            store.put("user", key, {})
        assert keys(store, "user", after="b") == ["c", "d", "e"]
        assert keys(store, "user", after="b", limit=2) == ["c", "d"]
        assert keys(store, "user", limit=0) == []
        assert keys(store, "user", limit=99) == list("abcde")
        assert keys(store, "user", after="e") == []

    @pytest.mark.parametrize("limit", [499, 500, 501, 1000, 1001, None])
    def test_a_long_scan_neither_skips_nor_repeats(self, store, limit):
        """Reading in pages inside the store is invisible outside, at the seams too."""
        with store.transaction():
            for number in range(1001):
                store.put("user", f"{number}", {"n": number})
        assert keys(store, "user", limit=limit) == [f"{number}" for number in range(1001)][:limit]
        assert store.count("user") == 1001

    def test_documents_may_be_deleted_while_scanning(self, store):
        """Whoever walks through everything may take away what he has seen."""
        with store.transaction():
            for number in range(1100):
                store.put("user", f"{number}", {})
        seen = [key for key, _ in store.scan("user") if store.delete("user", key)]
        assert len(seen) == 1100
        assert store.count("user") == 0

    # Unique keys

    def test_a_claimed_key_belongs_to_its_owner(self, store):
        """A key has one owner, and an unclaimed key none."""
        assert store.owner("userName", "ana") is None
        store.claim("userName", "ana", "1")
        assert store.owner("userName", "ana") == "1"

    def test_a_taken_key_is_refused_and_names_the_owner(self, store):
        """Two people never hold one user name; the error says who has it."""
        store.claim("userName", "ana", "1")
        with pytest.raises(TakenError) as caught:
            store.claim("userName", "ana", "2")
        assert (caught.value.space, caught.value.key, caught.value.owner) == ("userName", "ana", "1")
        assert store.owner("userName", "ana") == "1"

    def test_claiming_ones_own_key_again_is_fine(self, store):
        """An update that keeps its user name is no conflict."""
        store.claim("userName", "ana", "1")
        store.claim("userName", "ana", "1")
        assert store.owner("userName", "ana") == "1"

    def test_of_several_keys_all_are_claimed_or_none(self, store):
        """The error names the first that is somebody else's; in a transaction nothing is left of the others."""
        store.claim_all([("userName", "ana"), ("externalId", "1")], "1")
        assert (store.owner("userName", "ana"), store.owner("externalId", "1")) == ("1", "1")
        with pytest.raises(TakenError) as caught, store.transaction():
            store.claim_all([("userName", "ben"), ("externalId", "1"), ("userName", "ana")], "2")
        assert (caught.value.space, caught.value.key, caught.value.owner) == ("externalId", "1", "1")
        assert store.owner("userName", "ben") is None

    def test_no_keys_at_all_are_claimed_by_anybody(self, store):
        """An update that changes nothing unique asks for nothing."""
        store.claim_all([], "1")

    def test_of_several_keys_some_may_be_ones_own_already(self, store):
        """Those stay, and the new ones are had."""
        store.claim("userName", "ana", "1")
        store.claim_all([("userName", "ana"), ("externalId", "1")], "1")
        assert (store.owner("userName", "ana"), store.owner("externalId", "1")) == ("1", "1")

    def test_a_released_key_is_free(self, store):
        """After release anybody may claim, and releasing nothing is fine."""
        store.claim("userName", "ana", "1")
        store.release("userName", "ana")
        store.release("userName", "ana")
        store.claim("userName", "ana", "2")
        assert store.owner("userName", "ana") == "2"

    def test_spaces_do_not_mix(self, store):
        """The same key in another space is another key."""
        store.claim("userName", "ana", "1")
        store.claim("externalId", "ana", "2")
        assert (store.owner("userName", "ana"), store.owner("externalId", "ana")) == ("1", "2")

    def test_one_of_many_claimants_wins(self, store):
        """Of threads that claim one key at once, one gets it and each other learns the winner's name."""
        barrier = threading.Barrier(8)
        outcomes: list[str] = []

        def claim(name: str) -> None:
            barrier.wait(timeout=10)
            try:
                store.claim("userName", "ana", name)
                outcomes.append(name)
            except TakenError as error:
                outcomes.append(error.owner)

        threads = [threading.Thread(target=claim, args=(f"{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == [store.owner("userName", "ana")] * 8

    # Links

    def test_linking_twice_is_linking_once(self, store):
        """Only the first call changes something, and says so."""
        assert store.link("member", "g", "u") is True
        assert store.link("member", "g", "u") is False
        assert store.rights("member", "g") == ["u"]

    def test_unlinking_twice_is_unlinking_once(self, store):
        """Only the first call changes something, and says so."""
        store.link("member", "g", "u")
        assert store.unlink("member", "g", "u") is True
        assert store.unlink("member", "g", "u") is False
        assert store.linked("member", "g", "u") is False

    def test_links_are_seen_from_both_ends_oldest_first(self, store):
        """A group knows its members and a user his groups, each in the order joined."""
        for group, user in (("g2", "u1"), ("g1", "u9"), ("g1", "u1"), ("g1", "u5")):
            store.link("member", group, user)
        assert store.rights("member", "g1") == ["u9", "u1", "u5"]
        assert store.lefts("member", "u1") == ["g2", "g1"]
        assert store.rights("member", "nobody") == []
        assert store.lefts("member", "nobody") == []

    def test_links_are_found_by_how_their_left_end_begins(self, store):
        """Names in an index: those that begin with a text, in any script, each object once, oldest link first."""
        for name, user in (
            ("bea", "u3"),
            ("ana", "u2"),
            ("anaïs", "u1"),
            ("anab", "u2"),
            ("an", "u4"),
            ("ana😀", "u5"),
        ):
            store.link("name", name, user)
        assert store.rights_beginning("name", "ana") == ["u2", "u1", "u5"]
        assert store.rights_beginning("name", "anaï") == ["u1"]
        assert store.rights_beginning("name", "") == ["u3", "u2", "u1", "u4", "u5"]
        assert store.rights_beginning("other", "ana") == []

    def test_a_link_has_a_direction_and_a_relation(self, store):
        """Joining a to b says nothing of b to a, nor of another relation."""
        store.link("member", "a", "b")
        assert store.linked("member", "a", "b")
        assert not store.linked("member", "b", "a")
        assert not store.linked("owner", "a", "b")

    def test_a_link_made_again_goes_to_the_end(self, store):
        """Leaving and coming back is joining anew."""
        for user in ("u1", "u2"):
            store.link("member", "g", user)
        store.unlink("member", "g", "u1")
        store.link("member", "g", "u1")
        assert store.rights("member", "g") == ["u2", "u1"]

    # Logs

    def test_sequences_grow(self, store):
        """Every line gets a greater number than all before it, and the last one is known."""
        sequences = [appended(store, "trail", {"n": number}) for number in range(5)]
        assert all(later > earlier for earlier, later in itertools.pairwise(sequences))
        assert sequences[0] > 0
        assert store.last_sequence("trail") == sequences[-1]
        assert list(store.read("trail")) == [Entry(seq, {"n": n}) for n, seq in enumerate(sequences)]

    def test_a_line_that_was_taken_back_is_not_the_end_of_its_log(self, store):
        last = appended(store, "trail", {"n": 1})
        with suppress(TakenError), store.transaction():
            store.append("trail", {"n": 2})
            store.claim("name", "ana", "u1")
            store.claim("name", "ana", "u2")
        assert store.last_sequence("trail") == last

    def test_an_empty_log_ends_at_zero(self, store):
        """Reading `after=last_sequence` before anything happened reads everything that will."""
        assert store.last_sequence("trail") == 0
        store.append("trail", {"n": 1})
        assert lines(store, "trail", after=0) == [1]

    def test_sequences_are_never_used_twice(self, store):
        """A reader who remembers a sequence is not fooled by a cleared log."""
        before = [appended(store, "trail", {"n": number}) for number in range(3)]
        store.clear()
        assert store.last_sequence("trail") == 0
        assert appended(store, "trail", {"n": 9}) > max(before)

    def test_a_log_is_read_from_either_end(self, store):
        """`after` is exclusive in reading order, and zero means from the beginning of it."""
        s = [appended(store, "trail", {"n": number}) for number in range(5)]
        assert lines(store, "trail", after=s[1]) == [2, 3, 4]
        assert lines(store, "trail", after=s[1], limit=2) == [2, 3]
        assert lines(store, "trail", newest_first=True) == [4, 3, 2, 1, 0]
        assert lines(store, "trail", newest_first=True, limit=2) == [4, 3]
        assert lines(store, "trail", newest_first=True, after=s[3]) == [2, 1, 0]
        assert lines(store, "trail", limit=0) == []
        assert lines(store, "trail", after=s[4]) == []

    def test_tags_find_lines(self, store):
        """A tag selects its lines in either direction; other tags, tags given twice and untagged lines do not show."""
        for number in range(6):
            tag = "even" if number % 2 == 0 else "odd"
            store.append("trail", {"n": number}, ["all", tag, tag])
        store.append("trail", {"n": 6})
        assert lines(store, "trail", tag="even") == [0, 2, 4]
        assert lines(store, "trail", tag="odd", newest_first=True, limit=2) == [5, 3]
        assert lines(store, "trail", tag="all") == [0, 1, 2, 3, 4, 5]
        assert lines(store, "trail", tag="none") == []

    def test_logs_do_not_mix(self, store):
        """One log's lines and tags do not show in another."""
        store.append("trail", {"n": 1}, ["t"])
        store.append("audit", {"n": 2}, ["t"])
        assert (lines(store, "trail"), lines(store, "audit", tag="t")) == ([1], [2])
        assert store.last_sequence("trail") < store.last_sequence("audit")

    @pytest.mark.parametrize("limit", [499, 500, 501, 1000, 1001, None])
    @pytest.mark.parametrize("tag", [None, "t"])
    def test_a_long_log_neither_skips_nor_repeats(self, store, limit, tag):
        """Reading in pages inside the store is invisible outside, in both directions and by tag."""
        with store.transaction():
            for number in range(1001):
                store.append("trail", {"n": number}, ["t"])
        assert lines(store, "trail", tag=tag, limit=limit) == list(range(1001))[:limit]
        backwards = list(reversed(range(1001)))
        assert lines(store, "trail", tag=tag, limit=limit, newest_first=True) == backwards[:limit]

    def test_lines_get_tags_later(self, store):
        """Rows and lines that were packed long ago alike; tags that a line has already stay, once."""
        places = [appended(store, "trail", {"n": number}, ["old"]) for number in range(300)]
        for number in (299, 1):
            store.tag("trail", places[number], ["new", "old", "new"])
        assert lines(store, "trail", tag="new") == [1, 299]
        assert lines(store, "trail", tag="old", limit=3) == [0, 1, 2]

    def test_a_line_and_its_tags_are_kept_together(self, store):
        """A line whose tags cannot be written is not written either."""

        def tags():
            yield "first"
            raise RuntimeError("no more tags")

        with pytest.raises(RuntimeError):
            store.append("trail", {"n": 1}, tags())
        assert lines(store, "trail") == []
        assert lines(store, "trail", tag="first") == []

    # Transactions

    def test_a_transaction_keeps_all(self, store):
        """What a transaction did is there afterwards: document, key, link and log entry."""
        with store.transaction():
            store.put("user", "1", {})
            store.claim("userName", "ana", "1")
            store.link("member", "g", "1")
            store.append("trail", {"n": 1}, ["t"])
        assert store.count("user") == 1
        assert store.owner("userName", "ana") == "1"
        assert store.linked("member", "g", "1")
        assert lines(store, "trail", tag="t") == [1]

    def test_work_is_carried_out_once_where_its_keys_are_free(self, store):
        """As in a transaction, and what it returns comes back."""

        def work():
            calls.append("call")
            store.claim_all([("userName", "ana"), ("email", "a@b")], "1")
            store.put("user", "1", {"n": 1})
            store.append("trail", {"n": 1}, ["t"])
            store.append("trail", {"n": 2}, ["t"])
            return "made"

        calls = []
        assert store.carry_out(work) == "made"
        assert (calls, store.get("user", "1"), store.owner("email", "a@b")) == (["call"], {"n": 1}, "1")
        assert lines(store, "trail", tag="t") == [1, 2]

    @pytest.mark.parametrize("asks", [False, True])
    def test_work_that_finds_a_key_taken_says_whose_it_is(self, store, asks):
        """Whether it asks for anything afterwards or not; nothing of it stays, and the next one is undisturbed."""

        def work():
            store.put("user", "2", {})
            store.append("trail", {"n": 2})
            store.claim_all([("email", "b@c"), ("userName", "ana")], "2")
            if asks:
                store.get("user", "2")

        store.claim("userName", "ana", "1")
        with pytest.raises(TakenError) as caught:
            store.carry_out(work)
        assert (caught.value.space, caught.value.key, caught.value.owner) == ("userName", "ana", "1")
        assert (store.count("user"), store.owner("email", "b@c"), lines(store, "trail")) == (0, None, [])
        store.release("userName", "ana")
        store.carry_out(work)
        assert (store.count("user"), store.owner("email", "b@c"), lines(store, "trail")) == (1, "2", [2])

    def test_work_may_claim_what_is_its_own(self, store):
        """Again, twice at once, and after giving it back."""

        def work():
            store.release("userName", "ana")
            store.claim_all([("userName", "ana"), ("email", "a@b"), ("email", "a@b")], "1")

        store.claim("userName", "ana", "1")
        store.claim("email", "a@b", "1")
        store.carry_out(work)
        assert (store.owner("userName", "ana"), store.owner("email", "a@b")) == ("1", "1")

    def test_work_that_fails_leaves_nothing(self, store):
        def work():
            store.claim("userName", "ana", "1")
            store.put("user", "1", {})
            raise KeyError

        with pytest.raises(KeyError):
            store.carry_out(work)
        assert (store.count("user"), store.owner("userName", "ana")) == (0, None)

    def test_a_failed_transaction_keeps_nothing(self, store):
        """The change and its log entry go together: neither stays behind after an exception."""
        store.put("user", "0", {"turn": 1})
        store.claim("userName", "ana", "0")
        store.link("member", "g", "0")
        with failing(store):
            store.put("user", "0", {"turn": 2})
            store.put("user", "1", {})
            store.release("userName", "ana")
            store.unlink("member", "g", "0")
            store.append("trail", {"n": 1}, ["t"])
        assert list(store.scan("user")) == [("0", {"turn": 1})]
        assert store.owner("userName", "ana") == "0"
        assert store.linked("member", "g", "0")
        assert lines(store, "trail") == []
        assert lines(store, "trail", tag="t") == []

    def test_even_an_interrupt_keeps_nothing(self, store):
        """Ctrl-C in the middle rolls back as an error does."""
        with failing(store, KeyboardInterrupt):
            store.put("user", "1", {})
        assert store.count("user") == 0

    def test_the_store_works_after_a_failed_transaction(self, store):
        """A rollback leaves no transaction open."""
        with failing(store):
            store.put("user", "0", {})
        with store.transaction():
            store.put("user", "1", {})
        assert store.count("user") == 1

    def test_an_inner_transaction_joins_the_outer(self, store):
        """What an inner transaction finished is still the outer one's to lose."""
        with failing(store):
            with store.transaction():
                store.put("user", "1", {})
            assert store.count("user") == 1
        assert store.count("user") == 0

    def test_an_exception_in_the_inner_rolls_back_everything(self, store):
        """An error that leaves both transactions undoes both."""
        with failing(store):
            store.put("user", "outer", {})
            with store.transaction():
                store.put("user", "inner", {})
                raise ZeroDivisionError
        assert store.count("user") == 0

    def test_a_refused_claim_may_be_handled_inside(self, store):
        """A taken key is an answer, not the end of the transaction: what else it does is kept."""
        store.claim("userName", "ana", "1")
        with store.transaction():
            with pytest.raises(TakenError):
                store.claim("userName", "ana", "2")
            store.append("trail", {"n": 1})
        assert lines(store, "trail") == [1]

    @pytest.mark.parametrize("succeeds", [True, False])
    def test_other_threads_never_see_half_a_transaction(self, store, succeeds):
        """A reader sees the state before or the state after, even when it asks in the middle."""
        half_done, asked = threading.Event(), threading.Event()
        seen: list[int] = []

        def write() -> None:
            with store.transaction():
                store.put("user", "1", {})
                half_done.set()
                asked.wait(timeout=10)
                store.put("user", "2", {})
                if not succeeds:
                    raise ZeroDivisionError

        def write_and_shrug() -> None:
            with suppress(ZeroDivisionError):
                write()

        def look() -> None:
            half_done.wait(timeout=10)
            asked.set()
            seen.append(store.count("user"))

        threads = [threading.Thread(target=write_and_shrug), threading.Thread(target=look)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen[0] in {0, 2 if succeeds else 0}
        assert store.count("user") == (2 if succeeds else 0)

    def test_transactions_of_threads_follow_one_another(self, store):
        """Read, add one, write: no thread's addition is lost."""
        store.put("counter", "c", {"n": 0})
        barrier = threading.Barrier(6)

        def add() -> None:
            barrier.wait(timeout=10)
            for _ in range(20):
                with store.transaction():
                    store.put("counter", "c", {"n": store.get("counter", "c")["n"] + 1})

        threads = [threading.Thread(target=add) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.get("counter", "c") == {"n": 120}

    # Tenants and text

    def test_tenants_do_not_see_each_other(self, stores):
        """Everything one tenant has is absent from the other, keys and sequences' lines included."""
        ours, theirs = stores("contoso"), stores("fabrikam")
        ours.put("user", "1", {})
        ours.claim("userName", "ana", "1")
        ours.link("member", "g", "1")
        ours.append("trail", {"n": 1}, ["t"])
        assert theirs.get("user", "1") is None
        assert (list(theirs.scan("user")), theirs.count("user")) == ([], 0)
        assert not theirs.delete("user", "1")
        assert theirs.owner("userName", "ana") is None
        assert not theirs.linked("member", "g", "1")
        assert (lines(theirs, "trail"), lines(theirs, "trail", tag="t")) == ([], [])
        assert theirs.last_sequence("trail") == 0
        theirs.claim("userName", "ana", "2")
        assert ours.owner("userName", "ana") == "1"

    def test_the_same_tenant_asked_for_twice_is_the_same(self, stores):
        """A tenant is its name."""
        stores("contoso").put("user", "1", {})
        assert stores("contoso").count("user") == 1

    def test_clear_forgets_one_tenant(self, stores):
        """After `clear` nothing of the tenant is left, and the neighbour has lost nothing."""
        ours, theirs = stores("contoso"), stores("fabrikam")
        for store in (ours, theirs):
            store.put("user", "1", {})
            store.claim("userName", "ana", "1")
            store.link("member", "g", "1")
            store.append("trail", {"n": 1}, ["t"])
        ours.clear()
        assert ours.count("user") == 0
        assert ours.owner("userName", "ana") is None
        assert not ours.linked("member", "g", "1")
        assert (lines(ours, "trail"), lines(ours, "trail", tag="t")) == ([], [])
        assert theirs.count("user") == 1
        assert theirs.owner("userName", "ana") == "1"
        assert theirs.linked("member", "g", "1")
        assert lines(theirs, "trail", tag="t") == [1]

    @pytest.mark.parametrize("word", WORDS)
    def test_text_comes_back_byte_for_byte(self, stores, word):
        """Any script, sign or spacing survives in bodies and in every kind of key, unnormalised."""
        store = stores(f"tenant {word}")
        store.put(f"kind {word}", word, {word: [word]})
        store.claim("space", word, word)
        store.link("relation", word, word)
        store.append(f"log {word}", {word: word}, [word])
        assert list(store.scan(f"kind {word}")) == [(word, {word: [word]})]
        assert store.get(f"kind {word}", word) == {word: [word]}
        assert store.owner("space", word) == word
        assert store.rights("relation", word) == store.lefts("relation", word) == [word]
        assert [entry.body for entry in store.read(f"log {word}", tag=word)] == [{word: word}]

    def test_keys_are_told_apart_exactly(self, store):
        """Case, accents' composition and trailing spaces make different keys; who wants folding folds."""
        spellings = ["Ana", "ana", "ana ", "\u00e9", "e\u0301"]
        for owner, key in enumerate(spellings):
            store.claim("userName", key, f"{owner}")
            store.put("user", key, {"n": owner})
        assert [store.owner("userName", key) for key in spellings] == ["0", "1", "2", "3", "4"]
        assert keys(store, "user") == spellings

    # What another process may have changed

    def test_what_is_still_so_may_be_required(self, store):
        """The transaction goes on as if nothing had been asked."""
        store.put("run", "1", {"id": "a"})
        with store.transaction():
            store.require("run", "1", {"id": "a"})
            store.put("user", "1", {})
        assert store.count("user") == 1

    @pytest.mark.parametrize("present", [None, {"id": "b"}], ids=["absent", "another"])
    @pytest.mark.parametrize("asks", [True, False], ids=["and something read behind it", "and nothing read"])
    def test_what_is_no_longer_so_ends_the_transaction(self, store, present, asks):
        """Nothing of it stays, what came before the demand included, and the store works on."""
        if present is not None:
            store.put("run", "1", present)

        def change() -> None:
            with store.transaction():
                store.put("user", "1", {})
                store.require("run", "1", {"id": "a"})
                store.append("trail", {"n": 1})
                if asks:
                    store.get("user", "1")

        with pytest.raises(StaleError):
            change()
        assert (store.count("user"), lines(store, "trail")) == (0, [])
        store.put("user", "2", {})
        assert keys(store, "user") == ["2"]

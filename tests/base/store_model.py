"""A store against a model: plain dictionaries that do the same."""

from hypothesis import strategies as st

from harness.base.store import TakenError
from tests.base.store_contract import failing, lines

INTEGERS = st.integers(-(2**63), 2**63 - 1)  # what JSON text keeps exactly
KEYS = st.sampled_from(["a", "b", "c", "é", "🧑‍🚀"])
OPERATIONS = st.one_of(
    st.tuples(st.just("put"), KEYS, INTEGERS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("claim"), KEYS, KEYS),
    st.tuples(st.just("release"), KEYS),
    st.tuples(st.just("link"), KEYS, KEYS),
    st.tuples(st.just("unlink"), KEYS, KEYS),
    st.tuples(st.just("append"), INTEGERS, st.lists(KEYS, max_size=3)),
    st.tuples(st.just("clear")),
)
TRANSACTIONS = st.lists(st.tuples(st.lists(OPERATIONS, max_size=6), st.booleans()), max_size=8)


class Model:
    """What a store should do, in the fewest words."""

    def __init__(self):
        self.documents, self.owners, self.links, self.log = {}, {}, {}, []

    def copy(self):
        twin = Model()
        twin.documents, twin.owners = dict(self.documents), dict(self.owners)
        twin.links, twin.log = dict(self.links), list(self.log)
        return twin

    def put(self, key, n):
        self.documents[key] = {"n": n}

    def delete(self, key):
        return self.documents.pop(key, None) is not None

    def claim(self, key, owner):
        return self.owners.setdefault(key, owner)

    def release(self, key):
        self.owners.pop(key, None)

    def link(self, left, right):
        return (left, right) not in self.links and not self.links.update({(left, right): None})

    def unlink(self, left, right):
        return self.links.pop((left, right), False) is None

    def append(self, n, tags):
        self.log.append((n, tags))

    def clear(self):
        self.__init__()


class Subject:
    """The same verbs on a real store."""

    def __init__(self, store):
        self.store = store

    def put(self, key, n):
        self.store.put("user", key, {"n": n})

    def delete(self, key):
        return self.store.delete("user", key)

    def claim(self, key, owner):
        try:
            self.store.claim("userName", key, owner)
        except TakenError as error:
            return error.owner
        return owner

    def release(self, key):
        self.store.release("userName", key)

    def link(self, left, right):
        return self.store.link("member", left, right)

    def unlink(self, left, right):
        return self.store.unlink("member", left, right)

    def append(self, n, tags):
        self.store.append("trail", {"n": n}, tags)

    def clear(self):
        self.store.clear()


def assert_equal(store, model):
    assert list(store.scan("user")) == list(model.documents.items())
    assert store.count("user") == len(model.documents)
    for key in ("a", "b", "c", "é", "🧑‍🚀"):
        assert store.get("user", key) == model.documents.get(key)
        assert store.owner("userName", key) == model.owners.get(key)
        assert store.rights("member", key) == [right for left, right in model.links if left == key]
        begins = [right for left, right in model.links if left.startswith(key)]
        assert store.rights_beginning("member", key) == list(dict.fromkeys(begins))
        assert store.lefts("member", key) == [left for left, right in model.links if right == key]
        tagged = [n for n, tags in model.log if key in tags]
        assert lines(store, "trail", tag=key) == tagged
        assert lines(store, "trail", tag=key, newest_first=True) == tagged[::-1]
    assert lines(store, "trail") == [n for n, _ in model.log]


def assert_store_does_what_dictionaries_would(store, bystander, transactions):
    """Carry out transactions, of which those with False fail at their end, and compare after each; `bystander` stays."""
    bystander.put("user", "a", {"n": 0})
    model = Model()
    for operations, succeeds in transactions:
        attempt = model.copy()
        with store.transaction() if succeeds else failing(store):
            for name, *arguments in operations:
                expected = getattr(attempt, name)(*arguments)
                assert getattr(Subject(store), name)(*arguments) == expected
        if succeeds:
            model = attempt
        assert_equal(store, model)
    assert list(bystander.scan("user")) == [("a", {"n": 0})]

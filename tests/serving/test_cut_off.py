"""PostgreSQL ends connections under a served world: reads notice nothing, and writes are told as they are."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from tests.base.postgres.postgres_server import Administrator
from tests.serving.test_postgres import ANA

pytestmark = pytest.mark.slow
LOOK = (
    "the connection to PostgreSQL was cut off: this may have been written, or not: look before you try again"
)
GROUP = {"displayName": "g", "mailNickname": "g", "mailEnabled": False, "securityEnabled": True}
WRITERS, EACH = 4, 30


@pytest.fixture
def administrator(address):
    from psycopg import connect

    with connect(address, autocommit=True) as connection:
        yield Administrator(connection, "harness ")


def person(name):
    return {"userName": name, "displayName": name, "name": {"givenName": "Ana", "familyName": "Ruiz"}}


def test_idle_connections_that_were_cut_off_cost_no_request(serve, address, administrator):
    """As after a restart of the server: whatever is asked first, on either side, is answered as ever."""
    world = serve("--data", address)
    for number in range(5):
        for call, status in (
            (lambda: world.graph("GET", "/users"), 200),
            (lambda n=number: world.graph("POST", "/users", ANA | {"userPrincipalName": f"a{n}@contoso.com"}), 201),
            (lambda: world.scim("GET", "/Users"), 200),
            (lambda n=number: world.scim("POST", "/Users", person(f"ben{n}")), 201),
            (lambda: world.control("POST", "clock", {"advance": "1s"}), 200),
        ):  # fmt: skip
            administrator.cut_off()
            answer = call()
            assert answer.status == status, answer.body
    assert world.stop() == 0


def test_reads_and_writes_under_load(serve, address, administrator):
    """Nobody is lost or there twice, no read fails, and each failed write says what may have come of it."""
    world = serve("--data", address)
    statuses = Counter()

    def write(writer):
        for number in range(EACH):
            name = f"p{writer}-{number}"
            answer = world.scim("POST", "/Users", person(name))
            while answer.status == 500:
                assert answer.json()["detail"] == LOOK
                answer = world.scim(
                    "POST", "/Users", person(name)
                )  # which is how a provisioning service looks
            assert answer.status in {201, 409}
            statuses[answer.status] += 1
            reads = world.scim("GET", "/Users?count=1"), world.graph("GET", "/users?$top=1")
            assert [read.status for read in reads] == [200, 200], [read.body for read in reads]

    with ThreadPoolExecutor(WRITERS) as threads:
        writing = [threads.submit(write, writer) for writer in range(WRITERS)]
        while not all(each.done() for each in writing):
            administrator.cut_one_off()
            wait(writing, timeout=0.02)
    for each in writing:
        each.result()
    found = [user["userName"] for user in world.console("/users")["users"]]
    assert sorted(found) == sorted({f"p{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)})  # fmt: skip
    assert world.stop() == 0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        pytest.param(lambda world: world.scim("POST", "/Users", person("ana")), LOOK, id="amid its one statement"),
        pytest.param(lambda world: world.graph("POST", "/groups", GROUP), "nothing of this was written; try again", id="before its end"),
    ],
)  # fmt: skip
def test_a_write_that_is_cut_off_says_what_came_of_it(serve, address, administrator, call, sentence):
    """In the form of each surface, and in a line on the terminal."""
    from psycopg import connect

    world = serve("--data", address)
    with ThreadPoolExecutor(1) as thread, connect(address) as other:
        other.execute("LOCK TABLE harness.log IN EXCLUSIVE MODE")
        answer = thread.submit(call, world)
        administrator.wait_until_one_waits(answer)
        administrator.cut_off()
        broken = answer.result(timeout=60)
        other.rollback()
    assert broken.status == 500
    assert sentence in broken.body.decode()
    assert world.stop() == 0
    assert sentence in world.said[-1]
    assert "Traceback" not in world.said[-1]

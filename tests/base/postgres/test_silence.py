"""Who may go on asking while PostgreSQL says nothing, and what an error without a code of the server's is."""

import socket
import threading
from types import SimpleNamespace

import psycopg
import pytest

from harness.base.postgres.failures import is_lost
from harness.base.postgres.silence import Silence


class Connection:
    """As much of a connection as silence cuts: a socket, whose other end sees it."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair()
        self.pgconn = SimpleNamespace(socket=self.ours.fileno())
        self.closed = False

    def close(self):
        self.ours.close()
        self.theirs.close()


def test_whoever_asks_whether_the_server_is_back_has_time_for_it_and_others_are_cut_off():
    """Over a slow network the question takes longer than the half second between two cuts."""
    asking, others = Connection(), [Connection(), Connection()]
    silence = Silence()
    silence.is_on = True
    silence.start(lambda: None)
    try:
        with silence.bounded():
            silence.watch_over(asking)
            for other in others:
                thread = threading.Thread(target=silence.watch_over, args=[other])
                thread.start()
                thread.join()
                assert other.theirs.recv(1) == b""
            asking.theirs.setblocking(False)
            with pytest.raises(BlockingIOError):
                asking.theirs.recv(1)
        assert not silence.is_on
    finally:
        silence.end()
        for connection in (asking, *others):
            connection.close()


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (psycopg.OperationalError("cannot exit pipeline mode while busy"), True),
        (psycopg.errors.DiskFull(), False),
        (psycopg.errors.UniqueViolation(), False),
        (psycopg.errors.DataError("which psycopg found by itself"), False),
    ],
)
def test_what_libpq_alone_complains_of_costs_the_connection(error, lost):
    connection = Connection()
    try:
        assert is_lost(connection, error) is lost
    finally:
        connection.close()

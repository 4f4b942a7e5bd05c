import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.base.postgres.postgres_server import running_postgres
from tests.serving.harness_process import HarnessProcess


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., HarnessProcess]]:
    """Start `harness serve` with the given options; what still runs at the end is killed."""
    started: list[HarnessProcess] = []

    def start(*options: str) -> HarnessProcess:
        beside_others = any(process.process.poll() is None for process in started)
        folder = (
            tmp_path / str(len(started)) if beside_others else tmp_path
        )  # a ready file belongs to one server
        folder.mkdir(exist_ok=True)
        started.append(HarnessProcess(folder, *options))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.stop(signal.SIGKILL)
        else:
            process.close()


@pytest.fixture
def address() -> Iterator[str]:
    """Where a PostgreSQL of the test's own is."""
    with running_postgres() as url:
        yield url

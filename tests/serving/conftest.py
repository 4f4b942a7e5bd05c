import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving.harness_process import HarnessProcess


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., HarnessProcess]]:
    """Start `harness serve` with the given options; what still runs at the end is killed."""
    started: list[HarnessProcess] = []

    def start(*options: str) -> HarnessProcess:
        started.append(HarnessProcess(tmp_path, *options))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.stop(signal.SIGKILL)
        elif process.process.stdout is not None:
            process.process.stdout.close()

"""A few threads for what takes its time, so that an event loop need not wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


@dataclass(slots=True)
class _Task(Generic[_T]):
    work: Callable[[], _T]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[_T]

    def run(self) -> None:
        try:
            result = self.work()
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            self._tell(self.done.set_exception, error)
        else:
            self._tell(self.done.set_result, result)

    def _tell(self, settle: Callable[[Any], None], outcome: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._settle, settle, outcome)

    def _settle(self, settle: Callable[[Any], None], outcome: object) -> None:
        if not self.done.done():
            settle(outcome)


class Workers:
    """`count` threads, ended with the process at the latest: one that waits for a foreign server keeps none alive.

    That is why it is no ThreadPoolExecutor, whose threads the interpreter waits for before it ends.
    """

    def __init__(self, count: int, name: str) -> None:
        self._tasks: SimpleQueue[_Task[Any] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    async def do(self, work: Callable[[], _T]) -> _T:
        """Return what `work` returns, or raise what it raises, once a thread has come to it."""
        loop = asyncio.get_running_loop()
        task: _Task[_T] = _Task(work, loop, loop.create_future())
        self._tasks.put(task)
        return await task.done

    def stop(self) -> None:
        """Let each thread end after the work that is waiting."""
        for _ in self._threads:
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task.run()

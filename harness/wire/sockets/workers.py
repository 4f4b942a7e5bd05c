"""Runs what takes long in a few threads, so that the event loop does not wait for it."""

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
    """`count` threads, which end with the process: one that waits for a foreign server does not keep it alive.

    The interpreter waits for the threads of a ThreadPoolExecutor before it ends, so none is used.
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
        """End the threads after the work that is waiting."""
        for _ in self._threads:
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task.run()

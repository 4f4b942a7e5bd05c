"""Time, memory and the table: what every benchmark measures with, and says what it measured through."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def header() -> None:
    print("| measured | result | budget |\n| --- | ---: | ---: |", flush=True)


def report(name: str, value: float, unit: str = "x", budget: str = "") -> None:
    """Print a row of the README's table as soon as it is measured."""
    space = "" if unit == "x" else " "
    print(f"| {name} | {_written(value)}{space}{unit} | {budget} |", flush=True)


def remark(name: str, value: float, unit: str = "") -> None:
    """Print what else was measured, beside the table."""
    print(f"{name}: {_written(value)} {unit}".rstrip(), file=sys.stderr, flush=True)


def _written(value: float) -> str:
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def seconds(work: Callable[[], object]) -> float:
    """Wall time, for what waits on sockets and other processes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def cpu_seconds(work: Callable[[], object]) -> float:
    """Time of this process alone: what happens in process waits for nothing."""
    began = time.process_time()
    work()
    return time.process_time() - began


def processor(number: int) -> float:
    """Return the processor time in seconds that another process and its threads took so far."""
    fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def processor_of_all(number: int) -> float:
    """Return the processor time in seconds that a process and those it started took so far; who has ended counts no more."""
    try:
        children = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="utf-8").split()
        return processor(number) + sum(processor_of_all(int(child)) for child in children)
    except (FileNotFoundError, ProcessLookupError):  # it ended this moment
        return 0


def peak(number: int) -> float:
    """Return the largest memory that another process ever held, in MiB."""
    status = Path(f"/proc/{number}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

"""`harness serve` from start to end: listen, print the addresses, wait for a signal (`stopping`), stop."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.base.errors import EntryError, HarnessError
from harness.serving.failures import full_worded
from harness.serving.front.gate import KEY_HEADER
from harness.serving.options import Options, PostgresAddress, is_loopback
from harness.serving.ready_file import announcing
from harness.serving.served import Served
from harness.serving.several.processes import Listening, Processes
from harness.serving.stopping import Stop, stop_signal
from harness.serving.storage.people_file import read
from harness.wire.sockets.listening import listen
from harness.wire.sockets.tls import identity

Say = Callable[[str], None]
_NAMED = "--host takes a name, too, and --allowed-host another one"
_LOOKS_EVERY = 30.0  # seconds, after the data


def serve(
    options: Options, *, populate: Path | None, ready_file: Path | None, allow_remote: bool, say: Say
) -> None:
    """Serve both applications until a signal arrives. Raises HarnessError if they cannot start."""
    if not is_loopback(options.host) and not allow_remote:
        raise HarnessError(
            f"{options.host} is not a loopback address; add --allow-remote to serve other machines"
        )
    if options.allowed_hosts and not allow_remote:
        raise HarnessError("--allowed-host lets other machines in; add --allow-remote to serve them")
    if options.processes > 1:
        _serve_together(options, populate, ready_file, say)
    else:
        _serve_alone(options, populate, ready_file, say)
    say_stopped(say)


def say_stopped(say: Say) -> None:
    """Print that the server has stopped, unless the terminal was closed."""
    with suppress(OSError):
        say("stopped")


def _serve_alone(options: Options, populate: Path | None, ready_file: Path | None, say: Say) -> None:
    people = read(populate) if populate else None
    with stop_signal() as stopped, announcing(ready_file) as announce:
        served = Served(options)
        try:
            _populate(served, people, populate, options, say)
            _freeze()
            announce(served.ready)
            _tell(served.ready, options, ready_file, say)
            while not stopped.wait(_LOOKS_EVERY):
                served.look()
        finally:
            served.stop()


def _serve_together(options: Options, populate: Path | None, ready_file: Path | None, say: Say) -> None:
    if not isinstance(options.data, PostgresAddress):
        raise HarnessError("--processes needs --data postgresql://…; a folder is one process's alone")
    people = read(populate) if populate else None

    def child(
        listening: Listening, is_first: bool, tell: Callable[[dict[str, Any]], None], stopped: Stop
    ) -> None:
        served = Served(options, listening)
        try:
            if is_first:
                _populate(served, people, populate, options, say)
            _freeze()
            tell(served.ready)
            stopped.wait()
        finally:
            served.stop()

    with stop_signal() as stopped, announcing(ready_file) as announce:
        listening = listen(options.host, options.aws_port), listen(options.host, options.azure_port)
        processes = Processes(listening, child, options.processes)
        processes.start()
        try:
            announce(processes.ready)
            _tell(processes.ready, options, ready_file, say)
            if not stopped.is_set:  # by a signal that came before the processes started
                processes.wait()
            stopped.set()
        finally:
            processes.stop()


def _freeze() -> None:
    """Exclude what exists at the start from Python's garbage collection: modules and the world stay until the end.

    A collection stops every thread. In a world with a full timeline the longest took 47 ms of processor time, more on a busy
    machine, and takes half of that without these objects.
    """
    gc.collect()
    gc.freeze()


def _populate(
    served: Served, people: Mapping[str, Any] | None, path: Path | None, options: Options, say: Say
) -> None:
    if people is None or path is None:
        return
    if served.is_empty:
        try:
            with full_worded(options.data, path):
                served.populate(people)
        except EntryError as error:
            raise HarnessError(f"{path}: {error}") from error
    else:
        say(f"the data have people already; {path} is left alone")


def _data(options: Options) -> str:
    if options.data is None:
        return "in memory"
    return f"{options.data}, its secrets encrypted" if options.key else str(options.data)


def _tell(ready: Mapping[str, Any], options: Options, ready_file: Path | None, say: Say) -> None:
    """Print addresses and settings; tokens go to the ready file, or to the terminal without one."""
    aws_url = ready["aws_sso"]["url"]
    say(f"AWS SSO   {aws_url}")
    say(f"Azure AD  {ready['azure_ad']['url']}")
    host = urlsplit(aws_url).hostname or options.host
    if options.tls and not identity(*options.tls).names(host):
        say(f"tls       clients will refuse a certificate that is not for {host}; {_NAMED}")
    say(f"profile   {options.profile}; data {_data(options)}")
    if "control" in ready:
        say(f"key       {KEY_HEADER}: {ready['control']['key']}")
    if ready_file is not None:
        say(f"tokens    in {ready_file}")
    else:
        say(json.dumps(ready, indent=2))
    say("Ctrl-C stops")

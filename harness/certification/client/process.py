"""The vendor's sync command as a process of its own: started with endpoint and token, waited for, ended with its children."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from harness.base.errors import HarnessError
from harness.wire.recording.secrets import Secrets

_GRACE = 5.0  # seconds to end in after being told to
_MOST_TOLD = 400  # characters of its last words that a reason repeats
_RUN_VARIABLE, _SOURCE_VARIABLE, _SOURCE_TOKEN_VARIABLE = "SCIM_RUN", "SCIM_SOURCE", "SCIM_SOURCE_TOKEN"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: what went wrong, nothing when it ended with 0, and whether it printed its token (`exposed`)."""

    trouble: str = ""
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """`{endpoint}`, `{token}` and `{source}` in `words` are filled in; `timeout` is in seconds, for each run.

    `source` is what people are read from, told in SCIM_SOURCE too, and its token in SCIM_SOURCE_TOKEN; empty if there is none.
    """

    words: tuple[str, ...]
    endpoint_variable: str = "SCIM_ENDPOINT"
    token_variable: str = "SCIM_TOKEN"  # noqa: S105 - a name
    timeout: float = 300.0
    source: str = ""
    source_token: str = field(default="", repr=False)

    def run(self, endpoint: str, token: str, name: str) -> Ending:
        """Run it to its end, and return how it ended. Raises HarnessError if it cannot start.

        `name` is the run's, told in SCIM_RUN to those that must forget what they remember of another directory.
        """
        variables = {self.endpoint_variable: endpoint, self.token_variable: token, _RUN_VARIABLE: name}
        if self.source:
            variables |= {_SOURCE_VARIABLE: self.source, _SOURCE_TOKEN_VARIABLE: self.source_token}
        words = [
            word.replace("{endpoint}", endpoint).replace("{token}", token).replace("{source}", self.source)
            for word in self.words
        ]
        process, ended = None, False
        try:
            with _interrupted_later():
                process = _start(words, {**os.environ, **variables})
            printed, complained = process.communicate(timeout=self.timeout)
            ended = True
        except subprocess.TimeoutExpired:
            return Ending(f"did not end within {self.timeout:g} seconds")
        finally:
            if process is not None and not ended:
                _end(process)
        trouble = _why(process.returncode, complained.strip() or printed.strip(), token)
        return Ending(trouble, any(form in printed + complained for form in _forms(token)))


def _start(words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own. Raises HarnessError if it cannot start."""
    try:
        return subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise HarnessError(f"cannot run '{words[0]}': {reason}") from error


@contextmanager
def _interrupted_later() -> Iterator[None]:
    """Delay Ctrl-C: raised while a process starts, it would leave that process running.

    Only the main thread is ever interrupted, and what ignores Ctrl-C goes on ignoring it, its children too.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    signals: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: signals.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if signals:
        signal.raise_signal(signal.SIGINT)


def _forms(token: str) -> tuple[bytes, ...]:
    """Return a token as it may stand in what is printed: as it is, in an address, in base64."""
    return (
        token.encode(),
        quote(token).encode(),
        quote(token, safe="").encode(),
        b64encode(token.encode()).rstrip(b"="),
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was not waited for, and whatever it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_GRACE)
            return


def _why(code: int, last_words: bytes, token: str) -> str:
    if code == 0:
        return ""
    how = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
    text = " ".join(Secrets([token]).text(last_words.decode("utf-8", "replace")).split())
    return (
        f"{how}: …{text[-_MOST_TOLD:]}" if len(text) > _MOST_TOLD else f"{how}: {text or 'it said nothing'}"
    )

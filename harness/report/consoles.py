"""The terminal to which `rich` writes a certificate. A reader that goes away is an error, as for any other output."""

from __future__ import annotations

import errno
import os
from typing import NoReturn

from rich.console import Console


class OutputConsole(Console):
    """A console that raises BrokenPipeError as a plain file would; `rich` by itself ends the program with 1, which means a failure."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

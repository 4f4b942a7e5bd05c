"""The program `harness`, and `python -m harness`: the command line, with Ctrl-C answered from its first import on."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. What it needs is imported here, where an interruption is caught."""
    try:
        from harness.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

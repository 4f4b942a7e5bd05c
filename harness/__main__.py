"""The program `harness`, and `python -m harness`: the command line, with Ctrl-C answered from its first import on."""


def main() -> None:
    """Run the command line. Whatever it needs is imported here, where an interruption is caught."""
    try:
        from harness.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        import sys

        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

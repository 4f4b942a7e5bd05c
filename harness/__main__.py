"""The program `harness`, and `python -m harness`: the command line, with Ctrl-C answered from its first import on."""


def main() -> None:
    """Run the command line. Whatever it needs is imported here, where an interruption is caught."""
    try:
        import gc

        gc.disable()  # modules stay until the end: to look for circles among them takes a twentieth of a start
        from harness.cli import main as command_line

        gc.enable()
        command_line()
    except KeyboardInterrupt:
        import sys

        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

"""The program `harness`, and `python -m harness`: the command line, with Ctrl-C answered from its first import on."""


def main() -> None:
    """Run the command line. Whatever it needs is imported here, where an interruption is caught.

    Circles are looked for neither among modules, which stay until the end, nor in what is left then, which the system takes
    back: the one is a twentieth of a short run, the other a sixth.
    """
    try:
        import gc

        gc.disable()
        from harness.cli import main as command_line

        gc.enable()
        command_line()
    except KeyboardInterrupt:
        import sys

        sys.stderr.write("interrupted\n")
        sys.exit(130)
    finally:
        import gc

        gc.freeze()


if __name__ == "__main__":
    main()

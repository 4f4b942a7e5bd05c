"""SCIM provisioning from Azure AD to AWS SSO, imitated on one machine.

Read top-down: `world` builds a universe, `scenario` plays a file in it, `azure_ad` and `aws_sso` are the two
services, `scim` is what they share, `wire` is HTTP as data, `base` is time, chance, storage and quirks.

In your own tests: `from harness import World`; its records are in `harness.testing`.
"""

# Nothing is imported here: until `__main__` runs nobody can answer Ctrl-C. Type checkers take this name for true.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from harness.base import __version__
    from harness.testing import World
else:

    def __getattr__(name: str) -> object:
        """Import `World` when it is first asked for: commands start in a fraction of the time without it."""
        if name == "World":
            from harness import testing

            return testing.World
        if name == "__version__":
            from harness import base

            return base.__version__
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["World", "__version__"]

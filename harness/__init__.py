"""SCIM provisioning from Azure AD to AWS SSO, imitated on one machine.

Read top-down: `world` builds a universe, `scenario` plays a file in it, `azure_ad` and `aws_sso` are the two
services, `scim` is what they share, `wire` is HTTP as data, `base` is time, chance, storage and quirks.

In your own tests: `from harness import World`; its records are in `harness.testing`.
"""

from typing import TYPE_CHECKING

from harness.base import __version__

if TYPE_CHECKING:
    from harness.testing import World
else:

    def __getattr__(name: str) -> object:
        """Import `World` when it is first asked for: commands start in a fraction of the time without it."""
        if name != "World":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from harness import testing

        return testing.World


__all__ = ["World", "__version__"]

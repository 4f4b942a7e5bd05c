"""`/me`: whoever signed in. A person's is the user's own address; a program that signed in by itself has none.

Source: https://learn.microsoft.com/en-us/graph/api/user-get, "HTTP request" (read 2026-11-29). What a program is refused with no
page says: `refusals` says who reported it.
"""

from __future__ import annotations

from harness.azure_ad.graph.odata import refusals
from harness.wire.message import Response


def me(rest: str = "") -> Response:
    """Refuse: the token is a program's. A person's requests come by the user's own address (`harness.azure_ad.app`)."""
    del rest
    raise refusals.NOBODY_SIGNED_IN.error()


ROUTES = tuple(
    (method, rule, me)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    for rule in ("/me", "/me/<path:rest>")
)

"""The User-Agent of the harness's own commands: their reads are on no timeline, and no fault meets them."""

from __future__ import annotations

OWN_AGENT = "scim-harness"

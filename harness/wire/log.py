"""The log of internal errors: to the process's own handlers, else to stderr with the moment of each entry."""

from __future__ import annotations

import logging

LOG = logging.getLogger("harness")
if not LOG.hasHandlers():
    _stderr = logging.StreamHandler()
    _stderr.setFormatter(logging.Formatter("[%(asctime)s] %(levelname)s in %(name)s: %(message)s"))
    LOG.addHandler(_stderr)

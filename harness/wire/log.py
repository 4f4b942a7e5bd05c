"""Where it is logged that something broke: with whoever listens in this process, else on stderr, each entry with its moment."""

from __future__ import annotations

import logging

LOG = logging.getLogger("harness")
if not LOG.hasHandlers():
    _stderr = logging.StreamHandler()
    _stderr.setFormatter(logging.Formatter("[%(asctime)s] %(levelname)s in %(name)s: %(message)s"))
    LOG.addHandler(_stderr)

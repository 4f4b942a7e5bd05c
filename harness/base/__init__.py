"""The ground under everything: clock, ids, store, quirks, errors. Knows nothing of HTTP, SCIM, AWS or Azure."""

__version__ = "0.1.0"  # of this package, below all that writes it down

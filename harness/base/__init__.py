"""The ground under everything: clock, ids, store, quirks, errors. Knows nothing of HTTP, SCIM, AWS or Azure."""

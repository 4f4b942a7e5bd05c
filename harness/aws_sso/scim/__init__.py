"""The SCIM endpoint: `service` takes a request through token, operation, transaction and event history; the rest answers."""

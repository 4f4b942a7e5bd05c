"""The SCIM endpoint: `service` handles a request (operation, token, transaction, event); the other modules are its operations."""

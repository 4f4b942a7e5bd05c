"""The provisioning service's SCIM client: the form of its requests, and what answers mean to it."""

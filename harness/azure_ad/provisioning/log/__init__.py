"""The provisioning log, the audit log, and an entry in a few words."""

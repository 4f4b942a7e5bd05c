"""Provisioning and audit logs, and their download."""

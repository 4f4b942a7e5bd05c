"""Provisioning over Microsoft Graph: jobs, credentials, schemas, expressions, connections."""

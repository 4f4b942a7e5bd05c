"""What people did, who signed in, what was provisioned: the audit logs over Microsoft Graph."""

"""Microsoft's SCIM validator."""

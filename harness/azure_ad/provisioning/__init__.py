"""The provisioning engine: jobs and their cycles, mappings, how Azure AD words its SCIM requests, and its logs."""

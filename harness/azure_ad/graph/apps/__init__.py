"""Applications over Microsoft Graph: registrations, service principals, templates, who is assigned, what was consented to."""

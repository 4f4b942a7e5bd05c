"""The directory over Microsoft Graph: users, groups, their members and owners, changes, deleted items, the organization."""

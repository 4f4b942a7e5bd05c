"""What changes a resource: PATCH, PUT, members, versions, several clients at once."""

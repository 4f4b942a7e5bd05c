"""AWS accounts and who has what in them: the organization, permission sets, assignments, and what a person gets out of it."""

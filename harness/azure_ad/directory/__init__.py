"""The directory: users, groups, memberships, managers, deleted items, dynamic groups, and the change log of all of them."""

"""Enterprise applications: the list, who is assigned, single sign-on, My Apps."""

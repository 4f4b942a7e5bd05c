"""Dynamic membership: the language of the rules, and who is in a group because of one."""

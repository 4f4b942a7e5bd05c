"""Which scenarios are meant: files, folders and ids on the command line, and conditions on tags and words."""

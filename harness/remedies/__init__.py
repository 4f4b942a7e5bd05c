"""What a failure means and what to do about it: tables of causes, and of the sentences and codes they are known by."""

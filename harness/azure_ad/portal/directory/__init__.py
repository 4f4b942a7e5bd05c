"""Users and groups of the directory, and what each is connected to in the applications' targets."""

"""`harness serve`: both services on real sockets, with wall time that can be moved and data in files."""

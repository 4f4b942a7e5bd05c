"""Both services for a person: real sockets, wall time that can be moved, data in files."""

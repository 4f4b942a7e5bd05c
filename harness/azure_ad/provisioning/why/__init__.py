"""Explains why a user or group is, or is not, in the target, and what the next cycle will do. Nothing is sent or written."""

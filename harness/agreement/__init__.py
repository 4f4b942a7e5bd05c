"""Whether both sides agree: records of what differs, and the comparison that finds it."""

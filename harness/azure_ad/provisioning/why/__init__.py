"""Why somebody is, or is not, in the target, and what the next cycle will do; nothing is sent or written."""

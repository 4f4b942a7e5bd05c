"""The live timeline of a served world: requests in and out, log lines, jumps of the clock."""

"""What happens in a served world, as it happens: requests at its doors, log lines, jumps of the clock, for whoever watches."""

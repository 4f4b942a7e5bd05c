"""Scenario files: loading with line numbers, steps, expectations, and running as a stream of events."""

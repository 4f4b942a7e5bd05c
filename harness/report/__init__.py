"""Reports: consumers of a run's events (`consume`, then `finish`), unaware of each other."""

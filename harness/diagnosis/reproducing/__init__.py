"""From a case with real people to the smallest scenario with made-up ones that fails in the same way."""

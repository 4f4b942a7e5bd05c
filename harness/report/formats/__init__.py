"""The run in formats for programs: JSON, JSON lines, JUnit, CTRF, HAR, and GitHub's annotations and summary."""

"""The run in the formats of programs: JSON, JSON lines, JUnit, CTRF, HAR, and what GitHub shows of a run."""

"""The administrator's console: JSON under `/console/api` for scenarios and scripts, plain pages for people."""

"""Okta's test suites."""

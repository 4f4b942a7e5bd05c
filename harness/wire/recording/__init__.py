"""Keeps HTTP requests and their answers, and shows them without secrets: as the timeline, as HAR, as a curl command."""

"""Measuring whether a server keeps up with one tenant of Azure AD: Locust asks, what it counts is judged."""

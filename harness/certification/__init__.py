"""Judging other people's SCIM servers: suites of checks, what a server comes to in them, and the certificate.

`suites/` has the checks, one module a suite; `bench.py` is what a check works with. The rest runs them and writes what
they came to.
"""

"""Judging a client of AWS SSO: a sync tool or identity provider runs against an account of ours, and its requests are recorded.

`trial.py` runs it (`process.py`) and keeps what it asks (`listener.py`, `traffic.py`) of an AWS SSO that throttles
(`throttling.py`); `rules.py` lists what it is judged by; `requests.py`, `reads.py`, `runs.py` and
`losses.py` say how; `sources/` are what it may read its people from.
"""

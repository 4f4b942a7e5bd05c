"""Servers of others, each certified as it is: what each comes to is stored in `verdicts/`, and told when it is another.

`python -m tests.targets` starts them one after the other; `--accept` stores what they come to now.
"""

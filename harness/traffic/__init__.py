"""Recorded traffic: recorded without secrets by a proxy, replayed, read from other tools' files, turned into scenarios."""

"""Recorded traffic: kept without secrets by a proxy, played back, read from other tools' files, made into scenarios."""

"""Exchanges kept for whoever looks later, with every secret taken out before anything is shown."""

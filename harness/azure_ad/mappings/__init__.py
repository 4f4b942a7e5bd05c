"""Attribute mappings: the synchronization schema, its templates, expressions, functions and scoping filters."""

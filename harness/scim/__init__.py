"""The common part of both SCIM sides: names, filters, attribute paths, reading and writing resources. Imports no other folder."""

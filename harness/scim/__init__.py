"""What both sides of SCIM share: names, filters, attribute paths, reading and writing resources. Imports nobody."""

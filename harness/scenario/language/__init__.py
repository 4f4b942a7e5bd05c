"""The language of scenario files: its schema, its words in plain English, and the quirks that a file may set."""

"""What an address goes on with behind an object: relations that are empty, references and counts, properties, `me`."""

"""Microsoft's app-gallery validation."""

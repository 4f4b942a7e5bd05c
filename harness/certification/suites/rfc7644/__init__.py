"""What RFC 7644 demands."""

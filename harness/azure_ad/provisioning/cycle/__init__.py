"""One cycle: whom it comes to, what is decided about each, what is sent, and what is kept of it."""

"""Real HTTP: asking others' servers (`network.py`), and being one (`server.py`), plain or over TLS."""

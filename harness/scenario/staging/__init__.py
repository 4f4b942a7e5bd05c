"""A scenario's world opened after a step: the moment, both apps on this machine, and the command that serves them."""

"""What stands in front of a served world's two applications: the gate, the control API and what it reaches."""

"""In front of a served world's two applications: the gate, and the control API with its parts."""

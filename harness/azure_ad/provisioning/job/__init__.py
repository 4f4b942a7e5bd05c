"""The synchronization job: its record, its moves from state to state, and its documents."""

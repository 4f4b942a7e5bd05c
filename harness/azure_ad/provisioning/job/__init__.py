"""The synchronization job: what is known of it, its moves from state to state, and the documents it is written as."""

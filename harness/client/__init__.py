"""Commands against a running `harness serve`: the job's state, its log, one step at a time, and why."""

"""Several processes that serve one world: who listens, who answers, who runs the cycles."""

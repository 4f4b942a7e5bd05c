"""An application's provisioning: how its job does, its settings, on demand, and why."""

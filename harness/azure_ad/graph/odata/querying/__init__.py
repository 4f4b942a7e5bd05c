"""What a request's query asks for: filter, search, order, page, selection. Read by the entities, told by nobody else."""

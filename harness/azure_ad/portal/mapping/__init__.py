"""The mappings of a job: drafts that Save commits, the table, one mapping, the scoping filters."""

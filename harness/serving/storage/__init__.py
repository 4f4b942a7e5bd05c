"""Where a served world keeps its data, and how a change to both sides survives a process that dies between them."""

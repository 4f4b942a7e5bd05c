"""The query options of a request: filter, search, order, page, selection. `entities` applies them."""

"""One cycle: its objects, the decision about each, the requests, and the records of them."""

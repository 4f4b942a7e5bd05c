"""What is expected beside what there is: whether they match, and where a list or an object differs."""

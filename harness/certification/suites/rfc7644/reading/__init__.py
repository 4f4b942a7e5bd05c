"""What is read: filters, lists, pages, and attributes that are asked for."""

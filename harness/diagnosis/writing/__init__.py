"""A diagnosis for a terminal, for programs, for a browser and for a spreadsheet; unaware of each other."""

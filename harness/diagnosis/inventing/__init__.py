"""Made-up directories with flaws that are known, in the forms that real ones are exported in."""

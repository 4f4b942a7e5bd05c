"""Export files of Entra ID and AWS, recognised by what they hold, read row by row."""

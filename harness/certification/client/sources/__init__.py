"""What a client reads its people from, in the harness's hands: a file, or an Azure AD whose Graph listens on loopback."""

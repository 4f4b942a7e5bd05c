"""The bench that a check works at: the server under test, asked directly or through an Azure AD tenant of its own."""

"""Azure AD (today Microsoft Entra ID): the identity provider. Meets AWS SSO on the wire only."""

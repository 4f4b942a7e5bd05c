"""AWS SSO (today IAM Identity Center): the service provider. Meets Azure AD on the wire only."""

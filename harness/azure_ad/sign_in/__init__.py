"""Signing in: OAuth tokens for Microsoft Graph, and SAML single sign-on to an application."""

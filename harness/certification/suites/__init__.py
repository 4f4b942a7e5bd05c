"""The suites: what Microsoft, Okta and the RFC ask of a SCIM server, one module each."""

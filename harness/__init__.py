"""SCIM provisioning from Azure AD to AWS SSO, imitated on one machine.

Read top-down: `world` builds a universe, `scenario` plays a file in it, `azure_ad` and `aws_sso` are the two
services, `scim` is what they share, `wire` is HTTP as data, `base` is time, chance, storage and quirks.
"""

__version__ = "0.1.0"

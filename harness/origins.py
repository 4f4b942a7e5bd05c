"""The addresses of both clouds on the real network, at which a world answers when it is not served."""

from __future__ import annotations

REGION = "us-east-1"
GRAPH = "https://graph.microsoft.com"
AWS_HOSTS = {
    "scim": f"https://scim.{REGION}.amazonaws.com",
    "identitystore": f"https://identitystore.{REGION}.amazonaws.com",
    "cloudtrail": f"https://cloudtrail.{REGION}.amazonaws.com",
    "organizations": "https://organizations.us-east-1.amazonaws.com",  # one for all Regions
    "sso": f"https://portal.sso.{REGION}.amazonaws.com",
    "sso-admin": f"https://sso.{REGION}.amazonaws.com",
    "sso-oidc": f"https://oidc.{REGION}.amazonaws.com",
    "console": f"https://{REGION}.console.aws.amazon.com",
    "signin": f"https://{REGION}.signin.aws.amazon.com",
}

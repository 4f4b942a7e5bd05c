"""The SCIM server as the provisioning service meets it: how requests are worded, what answers mean."""

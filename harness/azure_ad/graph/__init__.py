"""Microsoft Graph v1.0, as far as provisioning needs it: the surface that real SDKs and the portal use."""

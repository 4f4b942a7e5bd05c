"""AWS's own client in Python, pointed at an account that is served on a socket."""

from typing import Any

import boto3
from botocore.config import Config


def client(url: str, service: str, **config: Any) -> Any:
    """Return a boto3 client of one service, with any key pair; it asks once, whatever comes back."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="AKID",
        aws_secret_access_key="any",
        config=Config(retries={"max_attempts": 1}, **config),
    )

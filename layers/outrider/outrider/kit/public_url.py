"""Where the API is reached from outside: what the links in mails begin with.

The API's own address cannot stand in a function's environment, for the API is made of its
functions: so the stack keeps it in a parameter, read once in a process.
"""

from functools import cache

from outrider.kit import aws
from outrider.kit.settings import settings


def public_url() -> str:
    """For example `https://api.example.com`, without a slash at its end."""
    return (settings().public_url or _kept(settings().require("public_url_parameter"))).rstrip("/")


@cache
def _kept(name: str) -> str:
    return str(aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

"""URLs of strangers, read in one way: what two readers could read differently is refused."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

MAX_URL = 2_048
_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
HOST_PATTERN = (
    r"^([A-Za-z0-9_][A-Za-z0-9_-]{0,62}(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?"
    r"|\[[0-9A-Fa-f:.]+\])$"
)
"""What `parse_host` takes, for JSON Schema; numbers it reads as an address have more rules."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\#]")


class InvalidUrl(ValueError):
    """The URL is none that a request may go to; the text says why."""


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """A URL taken apart, once: what is checked is what is connected to."""

    scheme: str
    host: str
    """A name in ASCII, or an address without brackets."""
    port: int
    path: str
    """With the query."""

    @classmethod
    def of(cls, url: str) -> "UrlTarget":
        """Raises InvalidUrl."""
        if len(url) > MAX_URL:
            raise InvalidUrl(f"The URL may be at most {MAX_URL:,} characters long")
        if _UNFIT.search(url):
            raise InvalidUrl(
                "The URL must not have a fragment (#), spaces, control characters or backslashes"
            )
        authority = re.split(r"[/?]", url.partition("://")[2])[0]
        if "@" in authority or "%" in authority:
            raise InvalidUrl("The URL must not have a user name or a password, nor % in its host")
        try:
            parsed = parse_url(url)
        except LocationParseError as error:
            raise InvalidUrl("This is not a URL such as https://example.com/hook") from error
        if parsed.scheme not in _PORTS or not parsed.host or parsed.port == 0:
            raise InvalidUrl("This is not a URL such as https://example.com/hook")
        port = parsed.port or _PORTS[parsed.scheme]
        return cls(parsed.scheme, parse_host(parsed.host), port, parsed.request_uri)

    @property
    def authority(self) -> str:
        """The `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_host(text: str) -> str:
    """A host in its one form: an address, or a name that no resolver reads as one. An IPv6 address
    stands in brackets. Raises InvalidUrl."""
    host = text.lower().removesuffix(".")
    try:
        if host.startswith("["):
            return str(IPv6Address(host[1:-1]))
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return str(IPv4Address(host))
    except ValueError as error:
        raise InvalidUrl(f"{text} is not an IP address in its usual form") from error
    if not _NAME.fullmatch(host):
        raise InvalidUrl(f"{text} is not a host name")
    return host

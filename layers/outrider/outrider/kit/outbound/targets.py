"""Parser of untrusted URLs: rejects URLs that two parsers might read differently."""

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
"""Pattern of the hosts that `parse_host` accepts, for JSON Schema; IP addresses have further
rules."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\#]")


class InvalidUrl(ValueError):
    """A request to this URL is not allowed; the text is the reason."""


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """A parsed URL; parsed only once, so the host that is checked is the one connected to."""

    scheme: str
    host: str
    """ASCII host name, or IP address without brackets."""
    port: int
    path: str
    """Path and query."""

    @classmethod
    def of(cls, url: str) -> "UrlTarget":
        """Parse a URL. Raises InvalidUrl."""
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
        """Value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_host(text: str) -> str:
    """Return the normalised host: an IP address, or a name that no resolver could read as one. IPv6
    addresses must be in brackets. Raises InvalidUrl."""
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

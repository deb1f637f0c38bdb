"""Public IP addresses: the only ones that a request to an untrusted URL may reach (SSRF guard).

The networks are listed here instead of using `ipaddress.is_global`, which changes between Python
versions and accepts addresses that embed a private IPv4 address (`::127.0.0.1`,
`64:ff9b::a9fe:a9fe`, `2002:7f00:1::`). Source: the IANA IPv4 and IPv6 Special-Purpose Address
Registries.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address

_FORBIDDEN_V4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared between carriers and their customers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, with the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo among others
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_public(address: Address) -> bool:
    """Return whether an address is public: globally routable unicast, and of no special purpose."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _FORBIDDEN_V4)
    return address in _UNICAST_V6 and not any(address in network for network in _FORBIDDEN_V6)


def is_loopback(address: Address) -> bool:
    """Return whether the address is in 127.0.0.0/8 or is `::1`, excluding IPv6 addresses that embed
    one."""
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None

"""DNS resolver with a deadline."""

import time
from typing import Any

from dns.resolver import Resolver


class BoundedResolver(Resolver):
    """Resolver whose queries share one deadline, while dnspython's own `lifetime` is per query."""

    ends: float

    @classmethod
    def of(cls, server: str, within: float) -> "BoundedResolver":
        """Return a resolver whose deadline is `within` seconds from now. `server` is `<ip>:<port>`,
        or empty for the system's resolvers."""
        resolver = cls(configure=not server)
        if server:
            host, _, port = server.rpartition(":")
            resolver.nameservers, resolver.port = [host], int(port)
        resolver.ends = time.monotonic() + within
        return resolver

    def resolve(self, *args: Any, **options: Any) -> Any:
        """Return dnspython's answer. Raises TimeoutError after the deadline, and DNSException."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return super().resolve(*args, **{**options, "lifetime": left})

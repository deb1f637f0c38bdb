"""Addresses that may be called instead of a provider's own."""

from collections.abc import Collection

from outrider.kit.errors import ValidationFailed
from outrider.kit.outbound.client import may_be_local
from outrider.kit.outbound.targets import InvalidUrl, UrlTarget


def is_allowed(url: str, allowed: Collection[str], *, loopback: bool) -> bool:
    """Return whether the operator allows this base URL. `loopback` allows any of this machine.
    Raises InvalidUrl."""
    return (loopback and may_be_local(UrlTarget.of(url).host)) or url.rstrip("/") in allowed


def require_allowed(url: str, allowed: Collection[str], *, loopback: bool) -> None:
    """Raise ValidationFailed if the operator does not allow this base URL."""
    try:
        if is_allowed(url, allowed, loopback=loopback):
            return
    except InvalidUrl as invalid:
        raise ValidationFailed.at("/base_url", str(invalid)) from invalid
    known = f"one of {', '.join(sorted(allowed))}" if allowed else "none"
    raise ValidationFailed.at(
        "/base_url",
        f"base_url may be {known}: the operator of this stack lists what is allowed in the "
        "parameter LlmBaseUrls. Leave it out to call the provider itself",
    )

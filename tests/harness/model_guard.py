"""Guard: no call of a language model leaves this machine, whatever key and address are stored."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from unittest.mock import patch

from outrider.kit.outbound.client import Outbound
from outrider.language_models.adapters import provider_model


@contextmanager
def models_on_this_machine() -> Iterator[None]:
    """Have adapters of providers find addresses of this machine only, and ask no resolver."""
    with patch.object(provider_model, "Outbound", partial(Outbound, resolve=_only_loopback)):
        yield


def _only_loopback(host: str, port: int) -> Sequence[str]:
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise OSError(f"a test asks a model at {host}:{port}")
    return [host]

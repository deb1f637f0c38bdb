"""Guard: a test finds no host but this machine, and no language model but here, whatever it has
stored. A real look-up would leave this machine, and take seconds where there is no network."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import Any
from unittest.mock import patch

from outrider.kit.outbound.client import Outbound
from outrider.language_models.adapters import provider_model

_getaddrinfo = socket.getaddrinfo


@contextmanager
def no_names() -> Iterator[None]:
    """Have the system's resolver find no name but `localhost`."""
    with patch.object(socket, "getaddrinfo", _addresses):
        yield


@contextmanager
def models_on_this_machine() -> Iterator[None]:
    """Have adapters of providers find addresses of this machine only, and ask no resolver."""
    with patch.object(provider_model, "Outbound", partial(Outbound, resolve=_only_loopback)):
        yield


def _addresses(host: Any, *given: Any, **named: Any) -> list[Any]:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost") or _address(name):
        return _getaddrinfo(host, *given, **named)
    raise socket.gaierror(socket.EAI_NONAME, f"a test asks for the address of {name}")


def _only_loopback(host: str, port: int) -> Sequence[str]:
    address = _address(host)
    if address is None or not address.is_loopback:
        raise OSError(f"a test asks a model at {host}:{port}")
    return [host]


def _address(host: str) -> Any:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None

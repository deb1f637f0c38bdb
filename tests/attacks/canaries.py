"""Secrets that are recognized wherever they turn up."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from tests.harness.cloud import Cloud


def traces(secrets: Mapping[str, str], texts: Mapping[str, Iterable[str]]) -> list[str]:
    """Where secrets turn up, by the name of the secret and of the place, in whatever form."""
    return [
        f"{name} in {place}"
        for place, found in texts.items()
        for text in found
        for name, secret in secrets.items()
        if any(form in text for form in forms(secret))
    ]


def forms(secret: str) -> set[str]:
    """A secret as it is, and as it is often carried."""
    raw = secret.encode()
    encoded = base64.b64encode(raw).decode().rstrip("=")
    return {secret, encoded, raw.hex(), quote(secret, safe=""), json.dumps(secret)[1:-1]}


def stored(cloud: Cloud) -> Iterator[str]:
    """All items of all tables as text, also what is packed in them."""
    names = [name for name in cloud.stack.data if name.endswith("TableName")]
    assert len(names) > 5
    for name in names:
        for item in cloud.items(name.removesuffix("TableName").lower()):
            yield from _texts(item)


def carried(cloud: Cloud) -> Iterator[str]:
    """What went over the bus and through queues."""
    yield from (json.dumps(entry) for entry in cloud.bus.published)
    for queue in cloud.queues().values():
        yield from (message.body for message in queue.messages)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | set():
            for each in value:
                yield from _texts(each)
        case str():
            yield value
        case None | bool() | int() | float():
            pass
        case _:
            raw = bytes(value) if isinstance(value, bytes | bytearray) else str(value).encode()
            yield raw.decode("latin-1")
            with suppress(zlib.error):
                yield zlib.decompress(raw).decode("latin-1")

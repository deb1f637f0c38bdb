"""Events about API keys."""

from typing import Annotated, ClassVar

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import ApiKeyId, NotAlways, Payload, Timestamp


class ApiKeyCreatedData(Payload):
    """An API key was created."""

    event: ClassVar[EventName] = "api_key.created"

    api_key_id: ApiKeyId
    name: Annotated[str, Field(examples=["CI"])]
    expires_at: Timestamp | NotAlways = None
    """Left out for a key that does not expire."""
    rotated_from: ApiKeyId | NotAlways = None
    """The key that it takes the place of."""


class ApiKeyRevokedData(Payload):
    """An API key was revoked, or is replaced by another one."""

    event: ClassVar[EventName] = "api_key.revoked"

    api_key_id: ApiKeyId
    at: Timestamp
    """From then on it is refused: in the future while a rotation lets both work."""
    rotated_to: ApiKeyId | NotAlways = None
    """The key that takes its place."""

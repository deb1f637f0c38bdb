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
    """Omitted if the key does not expire."""
    rotated_from: ApiKeyId | NotAlways = None
    """The key that it replaces."""


class ApiKeyRevokedData(Payload):
    """An API key was revoked or rotated."""

    event: ClassVar[EventName] = "api_key.revoked"

    api_key_id: ApiKeyId
    at: Timestamp
    """When the key stops working; in the future during the overlap of a rotation."""
    rotated_to: ApiKeyId | NotAlways = None
    """The key that replaces it."""

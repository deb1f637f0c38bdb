"""What the API takes and gives about keys."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from outrider.access.models import ApiKey
from outrider.kit.requests import Input


class ApiKeyCreate(Input):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=50)]


class ApiKeyCreated(ApiKey):
    """The answer to a creation: the only one that ever shows the key."""

    key: str


class ApiKeyRevoked(BaseModel):
    id: str
    object: Literal["api_key"] = "api_key"
    revoked: Literal[True] = True
    revoked_at: str

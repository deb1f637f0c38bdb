"""What the API takes and gives about keys."""

from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field

from outrider.access.models import ApiKey, PlanName
from outrider.kit.outbox import Mode
from outrider.kit.requests import Input

Name = Annotated[str, Field(min_length=1, max_length=100)]
Scopes = Annotated[list[str], Field(min_length=1, max_length=50)]


class ApiKeyCreate(Input):
    name: Name
    scopes: Scopes


class ApiKeyCreated(ApiKey):
    """The answer to a creation: the only one that ever shows the key."""

    key: str


class ApiKeyRevoked(BaseModel):
    id: str
    object: Literal["api_key"] = "api_key"
    revoked: Literal[True] = True
    revoked_at: str


class WorkspaceCreate(Input):
    """What an operator asks: a workspace, with a live and a test key of these scopes."""

    action: Literal["create_workspace"]
    name: Name
    plan: PlanName = "professional"
    scopes: Scopes = Field(default_factory=lambda: ["*"])


class WorkspaceCreated(BaseModel):
    workspace_id: str
    live_key: str
    test_key: str


class ApiKeyIssue(Input):
    """What an operator asks: one more key of a workspace."""

    action: Literal["create_key"]
    workspace_id: str
    mode: Mode
    name: Name
    scopes: Scopes = Field(default_factory=lambda: ["*"])


class ApiKeyIssued(ApiKeyCreated):
    workspace_id: str


OperatorRequest = Annotated[WorkspaceCreate | ApiKeyIssue, Discriminator("action")]

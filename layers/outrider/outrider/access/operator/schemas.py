"""Requests and responses of the operator's function for workspaces and keys."""

from typing import Annotated, Literal, Self

from pydantic import Field

from outrider.access.models import ApiKey, PlanName, Workspace, WorkspaceStatus
from outrider.access.schemas import ApiKeyCreated, Name, Scopes
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.outbox import Mode


class WorkspaceCreate(Input):
    """Create a workspace with a live and a test key of these scopes."""

    action: Literal["create_workspace"]
    name: Name
    plan: PlanName = "professional"
    scopes: Scopes = Field(default_factory=lambda: ["*"])
    sandbox: Literal["examples", "empty"] = "examples"
    """What its test keys find at first: the example data, or nothing."""


class WorkspacesList(Input):
    """List all workspaces, oldest first; `after` is the `next` of the previous page."""

    action: Literal["list_workspaces"]
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: str | None = None


class WorkspaceCall(Input):
    """Show a workspace with its keys, suspend it, or resume it."""

    action: Literal["show_workspace", "suspend_workspace", "resume_workspace"]
    workspace_id: str


class WorkspaceRename(Input):
    """Give a workspace another name."""

    action: Literal["rename_workspace"]
    workspace_id: str
    name: Name


class PlanChange(Input):
    """Give a workspace another plan, whose rate limits hold for its keys at once."""

    action: Literal["change_plan"]
    workspace_id: str
    plan: PlanName


class ApiKeyIssue(Input):
    """Create another key of a workspace."""

    action: Literal["create_key"]
    workspace_id: str
    mode: Mode
    name: Name
    scopes: Scopes = Field(default_factory=lambda: ["*"])


class OwnerKeyIssue(Input):
    """Create a key that may do everything in a workspace, for its owner. `revoke` are the keys that
    stop working: none, those of owners (with the scope `*`), or all; in both modes."""

    action: Literal["create_owner_key"]
    workspace_id: str
    mode: Mode = "live"
    name: Name = "Owner"
    revoke: Literal["none", "owner_keys", "all_keys"] = "none"


OperatorRequest = (
    WorkspaceCreate
    | WorkspacesList
    | WorkspaceCall
    | WorkspaceRename
    | PlanChange
    | ApiKeyIssue
    | OwnerKeyIssue
)


class WorkspaceCreated(Model):
    workspace_id: str
    live_key: str
    test_key: str


class WorkspaceView(Model):
    workspace_id: str
    name: str
    plan: PlanName
    status: WorkspaceStatus
    created_at: str
    suspended_at: str | None

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        fields = workspace.model_dump(exclude={"id", "deletion"})
        return cls(workspace_id=workspace.id, status=workspace.status, **fields)


class WorkspacePage(Model):
    """One page of workspaces. `next` is the `after` of the next page, None on the last."""

    data: list[WorkspaceView]
    next: str | None


class WorkspaceDetails(WorkspaceView):
    """A workspace with its newest keys, up to 100 in each mode."""

    keys: list[ApiKey]


class ApiKeyIssued(ApiKeyCreated):
    workspace_id: str


class OwnerKeyIssued(ApiKeyIssued):
    """The new key, and the ids of the keys that were revoked."""

    revoked: list[str]

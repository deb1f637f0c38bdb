"""Service of the operator of the deployment, who may do everything in any workspace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from outrider.access.models import Caller, WorkspaceId
from outrider.access.operator.repository import WorkspaceKeys
from outrider.access.operator.schemas import (
    ApiKeyIssue,
    ApiKeyIssued,
    OperatorRequest,
    OwnerKeyIssue,
    OwnerKeyIssued,
    PlanChange,
    WorkspaceCall,
    WorkspaceCreate,
    WorkspaceCreated,
    WorkspaceDetails,
    WorkspacePage,
    WorkspaceRename,
    WorkspacesList,
    WorkspaceView,
)
from outrider.access.schemas import ApiKeyCreate, ApiKeyCreated
from outrider.access.scopes import ROLES
from outrider.access.service import ApiKeyService, WorkspaceService, require_found, require_known
from outrider.kit import clock
from outrider.kit.aws.attributes import changes
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model
from outrider.kit.outbox import Mode

_MODES: tuple[Mode, ...] = ("live", "test")
_SHOWN_KEYS = 100


@dataclass(frozen=True, slots=True)
class OperatorService:
    """Operations of the operator. All of them may be repeated after a failure.

    Suspension and plan are copied to the record of each key, where the meter finds them: first the
    workspace is changed, then the keys, and no key can be created from the workspace as it was.
    """

    request_id: str
    workspaces: WorkspaceService
    keys_of: Callable[[Caller], ApiKeyService]
    keys_in: Callable[[str], WorkspaceKeys]

    def perform(self, request: OperatorRequest) -> Model:  # noqa: PLR0911 - one line an action
        """Carry out the request and return its response. Raises ResourceNotFound, ValidationFailed,
        Contended, StoreFailed."""
        match request:
            case WorkspaceCreate():
                return self.create_workspace(request)
            case WorkspacesList():
                return self.list_workspaces(request)
            case WorkspaceRename():
                return self._changed(request.workspace_id, name=request.name)
            case PlanChange():
                return self.change_plan(request)
            case ApiKeyIssue():
                return self.create_key(request)
            case OwnerKeyIssue():
                return self.create_owner_key(request)
            case WorkspaceCall(action="show_workspace"):
                return self.show_workspace(request.workspace_id)
            case WorkspaceCall(action="suspend_workspace"):
                return self.suspend_workspace(request.workspace_id)
            case WorkspaceCall():
                return self.resume_workspace(request.workspace_id)

    def create_workspace(self, new: WorkspaceCreate) -> WorkspaceCreated:
        """Create a workspace with a live and a test key. Raises ValidationFailed for unknown
        scopes."""
        require_known(new.scopes)
        workspace = self.workspaces.create(new.name, new.plan)
        live = self._issue(workspace.id, "live", "First live key", new.scopes)
        test = self._issue(workspace.id, "test", "First test key", new.scopes)
        return WorkspaceCreated(
            workspace_id=workspace.id, live_key=str(live.key), test_key=str(test.key)
        )

    def list_workspaces(self, request: WorkspacesList) -> WorkspacePage:
        """Return a page of all workspaces, oldest first."""
        found, has_more = self.workspaces.workspaces.list(request.limit, request.after)
        return WorkspacePage(
            data=[WorkspaceView.of(workspace) for workspace in found],
            next=found[-1].id if has_more else None,
        )

    def show_workspace(self, workspace_id: str) -> WorkspaceDetails:
        """Return a workspace with its keys. Raises ResourceNotFound."""
        workspace, _ = require_found(self.workspaces.workspaces.get(workspace_id))
        services = [self.keys_of(self._operator(workspace_id, mode)) for mode in _MODES]
        pages = [service.list(PageQuery(limit=_SHOWN_KEYS)).data for service in services]
        return WorkspaceDetails(
            **WorkspaceView.of(workspace).model_dump(), keys=list(chain.from_iterable(pages))
        )

    def change_plan(self, request: PlanChange) -> WorkspaceView:
        """Change the plan of a workspace. The rate limits of each key follow with its next call.
        Raises ResourceNotFound."""
        changed = self._changed(request.workspace_id, plan=request.plan)
        self.keys_in(request.workspace_id).update(changes(set={"plan": request.plan}))
        return changed

    def suspend_workspace(self, workspace_id: str) -> WorkspaceView:
        """Suspend a workspace: its keys are refused, and its campaigns and workflows wait. Raises
        ResourceNotFound, also if it is being deleted."""
        workspace, _ = require_found(self.workspaces.workspaces.get(workspace_id))
        since = workspace.suspended_at or clock.timestamp()
        suspended = self._changed(workspace_id, suspended_at=since)
        self.keys_in(workspace_id).update(changes(set={"suspended_at": since}))
        return suspended

    def resume_workspace(self, workspace_id: str) -> WorkspaceView:
        """Resume a suspended workspace. Raises ResourceNotFound, also if it is being deleted."""
        resumed = require_found(
            self.workspaces.workspaces.change(workspace_id, changes(remove=["suspended_at"]))
        )
        self.keys_in(workspace_id).update(changes(remove=["suspended_at"]))
        return WorkspaceView.of(resumed)

    def create_key(self, new: ApiKeyIssue) -> ApiKeyIssued:
        """Create a key in any workspace. Raises ResourceNotFound; ValidationFailed for unknown
        scopes; Contended if the workspace is suspended."""
        created = self._issue(new.workspace_id, new.mode, new.name, new.scopes)
        return ApiKeyIssued(**created.model_dump(), workspace_id=new.workspace_id)

    def create_owner_key(self, new: OwnerKeyIssue) -> OwnerKeyIssued:
        """Create an owner's key, then revoke those that it replaces. Raises ResourceNotFound;
        Contended if the workspace is suspended."""
        created = self._issue(new.workspace_id, new.mode, new.name, ROLES["owner"])
        revoked = [
            self._revoke(workspace, key.id)
            for workspace, key in self.keys_in(new.workspace_id).valid()
            if key.id != created.id
            and (new.revoke == "all_keys" or (new.revoke == "owner_keys" and "*" in key.scopes))
        ]
        return OwnerKeyIssued(
            **created.model_dump(), workspace_id=new.workspace_id, revoked=revoked
        )

    def _revoke(self, workspace: WorkspaceId, key_id: str) -> str:
        operator = self.workspaces.operator(workspace, self.request_id)
        return self.keys_of(operator).revoke(key_id).id

    def _issue(
        self, workspace_id: str, mode: Mode, name: str, granted: Sequence[str]
    ) -> ApiKeyCreated:
        operator = self._operator(workspace_id, mode)
        return self.keys_of(operator).create(ApiKeyCreate(name=name, scopes=list(granted)))

    def _operator(self, workspace_id: str, mode: Mode) -> Caller:
        return self.workspaces.operator(WorkspaceId.of(workspace_id, mode), self.request_id)

    def _changed(self, workspace_id: str, **values: str) -> WorkspaceView:
        """Change these fields of a workspace. Raises ResourceNotFound."""
        changed = self.workspaces.workspaces.change(workspace_id, changes(set=values))
        return WorkspaceView.of(require_found(changed))

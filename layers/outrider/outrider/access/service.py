"""Workspaces and API keys."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access import scopes
from outrider.access.credentials import Credential, is_key_id
from outrider.access.errors import ScopeDenied
from outrider.access.models import ApiKey, Caller, PlanName, Workspace, WorkspaceId
from outrider.access.repository import ApiKeyRepository, WorkspaceRepository
from outrider.access.schemas import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyIssue,
    ApiKeyIssued,
    ApiKeyRevoked,
    WorkspaceCreate,
    WorkspaceCreated,
)
from outrider.kit import clock, ids
from outrider.kit.errors import ResourceNotFound, ValidationFailed, Violation
from outrider.kit.outbox import Mode
from outrider.kit.pagination import Page, PageQuery, Sealer


@dataclass(frozen=True, slots=True)
class WorkspaceService:
    workspaces: WorkspaceRepository

    def create(self, name: str, plan: PlanName) -> Workspace:
        workspace = Workspace(id=ids.new("wsp"), name=name, plan=plan, created_at=clock.timestamp())
        self.workspaces.add(workspace, secrets.token_bytes(32))
        return workspace

    def operator(self, workspace: WorkspaceId, request_id: str) -> Caller:
        """The owner of the stack, acting in a workspace. Raises ResourceNotFound."""
        found = self.workspaces.get(workspace.public)
        if found is None:
            raise ResourceNotFound("There is no workspace with this id")
        known, seal = found
        return Caller(workspace, "operator", frozenset({"*"}), request_id, known.plan, seal)


@dataclass(frozen=True, slots=True)
class ApiKeyService:
    caller: Caller
    keys: ApiKeyRepository

    def create(self, new: ApiKeyCreate) -> ApiKeyCreated:
        """Raises ValidationFailed for unknown scopes, ScopeDenied for more than the creator has."""
        self._require_grantable(new.scopes)
        key_id = ids.new("key")
        credential = Credential.new(key_id, self.caller.workspace.mode)
        key = ApiKey(
            id=key_id,
            name=new.name,
            scopes=list(dict.fromkeys(new.scopes)),
            mode=credential.mode,
            hint=credential.text[-4:],
            created_at=clock.timestamp(),
            created_by=self.caller.actor,
        )
        created = self.caller.event("api_key.created", api_key_id=key.id, name=key.name)
        self.keys.add(key, credential, self.caller.plan, self.caller.seal, [created])
        return ApiKeyCreated(**key.model_dump(), key=credential.text)

    def list(self, query: PageQuery) -> Page[ApiKey]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/api-keys")
        keys, place = self.keys.list(query.limit, sealer.after(query))
        return sealer.page(query, keys, place)

    def revoke(self, key_id: str) -> ApiKeyRevoked:
        """Raises ResourceNotFound. Revoking twice is the same as once."""
        revoked = self.caller.event("api_key.revoked", api_key_id=key_id)
        at = self.keys.revoke(key_id, clock.timestamp(), [revoked]) if is_key_id(key_id) else None
        if at is None:
            raise ResourceNotFound("There is no API key with this id in this workspace")
        return ApiKeyRevoked(id=key_id, revoked_at=at)

    def _require_grantable(self, asked: Sequence[str]) -> None:
        require_known(asked)
        missing = [scope for scope in asked if not scopes.covers(self.caller.scopes, scope)]
        if missing:
            raise ScopeDenied(
                f"A key cannot give what it does not have: {', '.join(missing)}. "
                "Use a key with these scopes, or ask for fewer"
            )


@dataclass(frozen=True, slots=True)
class OperatorService:
    """What the owner of the stack does: in any workspace, and with every scope to give."""

    request_id: str
    workspaces: WorkspaceService
    keys_of: Callable[[Caller], ApiKeyService]

    def create_workspace(self, new: WorkspaceCreate) -> WorkspaceCreated:
        """Raises ValidationFailed for unknown scopes."""
        require_known(new.scopes)
        workspace = self.workspaces.create(new.name, new.plan)
        return WorkspaceCreated(
            workspace_id=workspace.id,
            live_key=self._issue(workspace.id, "live", "First live key", new.scopes).key,
            test_key=self._issue(workspace.id, "test", "First test key", new.scopes).key,
        )

    def create_key(self, new: ApiKeyIssue) -> ApiKeyIssued:
        """Raises ResourceNotFound, and ValidationFailed for unknown scopes."""
        created = self._issue(new.workspace_id, new.mode, new.name, new.scopes)
        return ApiKeyIssued(**created.model_dump(), workspace_id=new.workspace_id)

    def _issue(
        self, workspace_id: str, mode: Mode, name: str, granted: Sequence[str]
    ) -> ApiKeyCreated:
        operator = self.workspaces.operator(WorkspaceId.of(workspace_id, mode), self.request_id)
        return self.keys_of(operator).create(ApiKeyCreate(name=name, scopes=list(granted)))


def require_known(asked: Sequence[str]) -> None:
    """Raises ValidationFailed when some of the scopes do not exist."""
    unknown = [
        Violation(f"/scopes/{place}", f"{scope} is not a scope; there are {', '.join(scopes.ALL)}")
        for place, scope in enumerate(asked)
        if scope not in scopes.ALL
    ]
    if unknown:
        raise ValidationFailed("Some scopes do not exist", violations=unknown)

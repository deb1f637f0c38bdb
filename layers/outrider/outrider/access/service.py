"""Workspaces and API keys."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access import scopes
from outrider.access.credentials import Credential
from outrider.access.errors import ScopeDenied
from outrider.access.models import ApiKey, Caller, PlanName, Workspace
from outrider.access.repository import ApiKeyRepository, WorkspaceRepository
from outrider.access.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRevoked
from outrider.kit import clock, ids
from outrider.kit.errors import ResourceNotFound, ValidationFailed, Violation
from outrider.kit.pagination import Page, PageQuery, Sealer


@dataclass(frozen=True, slots=True)
class WorkspaceService:
    workspaces: WorkspaceRepository

    def create(self, name: str, plan: PlanName) -> Workspace:
        workspace = Workspace(id=ids.new("wsp"), name=name, plan=plan, created_at=clock.timestamp())
        self.workspaces.add(workspace, secrets.token_bytes(32))
        return workspace


@dataclass(frozen=True, slots=True)
class ApiKeyService:
    caller: Caller
    keys: ApiKeyRepository
    workspaces: WorkspaceRepository

    def create(self, new: ApiKeyCreate) -> ApiKeyCreated:
        """Raises ValidationFailed for unknown scopes, ScopeDenied for more than the creator has."""
        self._require_grantable(new.scopes)
        found = self.workspaces.get(self.caller.workspace.public)
        if found is None:
            raise ResourceNotFound("The workspace of this key is gone")
        workspace, seal = found
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
        self.keys.add(key, credential, workspace, seal, [created])
        return ApiKeyCreated(**key.model_dump(), key=credential.text)

    def list(self, query: PageQuery) -> Page[ApiKey]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/api-keys")
        keys, place = self.keys.list(query.limit, sealer.after(query))
        return sealer.page(query, keys, place)

    def revoke(self, key_id: str) -> ApiKeyRevoked:
        """Raises ResourceNotFound. Revoking twice is the same as once."""
        revoked = self.caller.event("api_key.revoked", api_key_id=key_id)
        at = self.keys.revoke(key_id, clock.timestamp(), [revoked])
        if at is None:
            raise ResourceNotFound("There is no API key with this id in this workspace")
        return ApiKeyRevoked(id=key_id, revoked_at=at)

    def _require_grantable(self, asked: Sequence[str]) -> None:
        unknown = [
            Violation(
                f"/scopes/{place}", f"{scope} is not a scope; there are {', '.join(scopes.ALL)}"
            )
            for place, scope in enumerate(asked)
            if scope not in scopes.ALL
        ]
        if unknown:
            raise ValidationFailed("Some scopes do not exist", violations=unknown)
        missing = [scope for scope in asked if not scopes.covers(self.caller.scopes, scope)]
        if missing:
            raise ScopeDenied(
                f"A key cannot give what it does not have: {', '.join(missing)}. "
                "Use a key with these scopes, or ask for fewer"
            )

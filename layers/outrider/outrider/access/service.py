"""Services for workspaces, accounts and API keys."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from outrider.access import scopes
from outrider.access.credentials import Credential, is_key_id
from outrider.access.errors import ScopeDenied
from outrider.access.models import ApiKey, Caller, PlanName, Workspace, WorkspaceId
from outrider.access.plans import plan_of
from outrider.access.repository import ApiKeyRepository, NewKey, WorkspaceRepository
from outrider.access.schemas import (
    Account,
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyRevoked,
    ApiKeyRotate,
    CallingKey,
    PlanLimits,
)
from outrider.access.scopes import Role
from outrider.kit import clock, ids
from outrider.kit.errors import Conflict, ResourceNotFound, Stale, ValidationFailed, Violation
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.kit.text.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class WorkspaceService:
    """Creation of workspaces, and access to them for the operator."""

    workspaces: WorkspaceRepository

    def create(self, name: str, plan: PlanName) -> Workspace:
        workspace = Workspace(id=ids.new("wsp"), name=name, plan=plan, created_at=clock.timestamp())
        self.workspaces.add(workspace, secrets.token_bytes(32), secrets.token_bytes(32))
        return workspace

    def operator(self, workspace: WorkspaceId, request_id: str) -> Caller:
        """Return the caller that represents the operator of the stack in a workspace, with all
        scopes. Raises ResourceNotFound."""
        known, seal = require_found(self.workspaces.get(workspace.public))
        everything = frozenset({"*"})
        return Caller(workspace, "operator", everything, request_id, known.plan, seal=seal)


@dataclass(frozen=True, slots=True)
class AccountService:
    """The account of the calling API key."""

    caller: Caller
    workspaces: WorkspaceRepository

    def show(self) -> Account:
        """Return the caller's workspace, plan and key. Raises ResourceNotFound."""
        workspace, _ = require_found(self.workspaces.get(self.caller.workspace.public))
        granted, of_key = plan_of(workspace.plan), plan_of(self.caller.plan)
        return Account(
            workspace_id=workspace.id,
            name=workspace.name,
            mode=self.caller.workspace.mode,
            created_at=workspace.created_at,
            plan=PlanLimits(
                name=workspace.plan,
                monthly_credits=granted.monthly_credits,
                calls_per_minute=granted.per_minute,
                calls_per_day=granted.per_day,
            ),
            key=CallingKey(
                id=self.caller.actor.removeprefix("key:"),
                scopes=sorted(self.caller.scopes),
                calls_per_minute=of_key.per_minute,
                calls_per_day=of_key.per_day,
            ),
        )


@dataclass(frozen=True, slots=True)
class ApiKeyService:
    """Creation, rotation, listing and revocation of API keys."""

    caller: Caller
    keys: ApiKeyRepository

    def create(self, new: ApiKeyCreate) -> ApiKeyCreated:
        """Create a key. Its expiry defaults to that of the caller's key.

        Raises ValidationFailed for unknown scopes; ScopeDenied for scopes or an expiry beyond the
        caller's.
        """
        asked = scopes.ROLES[new.role] if new.role else new.scopes or ()
        require_known(asked)
        expires_at = new.expires_at or self.caller.expires_at
        self._require_within_own(asked, expires_at)
        new_key = self._new_key(
            new.name, list(dict.fromkeys(asked)), role=new.role, expires_at=expires_at
        )
        response = _created_response(new_key)
        self.keys.add(new_key, self.caller.keep_actions(response, repeated=response.repeated()))
        return response

    def rotate(self, key_id: str, how: ApiKeyRotate) -> ApiKeyCreated:
        """Create a successor with the same name, scopes and expiry; the old key expires after the
        overlap.

        The event `api_key.created` of the new key has the old one as `rotated_from`. The event
        `api_key.revoked` of the old key is published immediately, with the future expiry in `at`:
        consumers know it in advance, and no job is needed at that time. No event is published when
        a key expires at its own `expires_at`, which `api_key.created` contains.

        Raises ResourceNotFound; ScopeDenied if the key has scopes or an expiry beyond the caller's;
        Conflict if it is revoked, expired or already rotated.
        """
        old = self._existing(key_id)
        self._require_within_own(old.scopes, old.expires_at)
        _require_rotatable(old)
        ends_at = clock.now() + timedelta(seconds=how.overlap_seconds)
        if old.expires_at:
            ends_at = min(ends_at, clock.from_text(old.expires_at))
        new_key = self._new_key(
            old.name,
            old.scopes,
            role=old.role,
            expires_at=old.expires_at,
            rotated_from=key_id,
        )
        revoked = self.caller.event(
            "api_key.revoked",
            api_key_id=key_id,
            at=clock.to_text(ends_at),
            rotated_to=new_key.key.id,
        )
        response = _created_response(new_key)
        also = self.caller.keep_actions(response, repeated=response.repeated())
        try:
            self.keys.replace(key_id, new_key, ends_at, [revoked], also)
        except Stale as change:
            _require_rotatable(self._existing(key_id))
            raise Conflict("This key was just changed by another call") from change
        return response

    def list(self, query: PageQuery) -> Page[ApiKey]:
        """Return a page of the keys, newest first. Raises ValidationFailed for an invalid
        cursor."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/api-keys")
        keys, place = self.keys.list(query.limit, sealer.after(query))
        return sealer.page(query, keys, place)

    def revoke(self, key_id: str) -> ApiKeyRevoked:
        """Revoke a key with immediate effect. Idempotent.

        Raises ResourceNotFound; ScopeDenied if the key has scopes beyond the caller's.
        """
        self._require_scopes("revoke", self._existing(key_id).scopes)
        now = clock.timestamp()
        revoked = self.caller.event("api_key.revoked", api_key_id=key_id, at=now)
        return ApiKeyRevoked(id=key_id, revoked_at=self.keys.revoke(key_id, now, [revoked]))

    def _existing(self, key_id: str) -> ApiKey:
        key = self.keys.get(key_id) if is_key_id(key_id) else None
        if key is None:
            raise _key_not_found()
        return key

    def _new_key(
        self,
        name: str,
        granted: Sequence[str],
        *,
        role: Role | None,
        expires_at: str | None,
        rotated_from: str | None = None,
    ) -> NewKey:
        key_id = ids.new("key")
        credential = Credential.new(key_id, self.caller.workspace.mode)
        key = ApiKey(
            id=key_id,
            name=name,
            scopes=list(granted),
            role=role,
            mode=credential.mode,
            hint=credential.text[-4:],
            created_at=clock.timestamp(),
            created_by=self.caller.actor,
            expires_at=expires_at,
            rotated_from=rotated_from,
        )
        optional = {"expires_at": expires_at, "rotated_from": rotated_from}
        created = self.caller.event(
            "api_key.created",
            api_key_id=key.id,
            name=key.name,
            **{field: value for field, value in optional.items() if value},
        )
        return NewKey(key, credential, self.caller.plan, self.caller.seal, [created])

    def _require_within_own(self, asked: Sequence[str], expires_at: str | None) -> None:
        """Raise ScopeDenied if a key would have more scopes or a later expiry than the caller's."""
        self._require_scopes("give", asked)
        own_end = self.caller.expires_at
        if own_end and (expires_at is None or expires_at > own_end):
            raise ScopeDenied(
                f"This key expires at {own_end}, so none that it makes or rotates may live longer. "
                "Use a key without expiry, or ask for an earlier one"
            )

    def _require_scopes(self, what: str, asked: Sequence[str]) -> None:
        missing = [scope for scope in asked if not scopes.covers(self.caller.scopes, scope)]
        if missing:
            raise ScopeDenied(
                f"A key cannot {what} what it does not have: {', '.join(missing)}. "
                f"Use a key with these scopes{', or ask for fewer' if what == 'give' else ''}"
            )


WorkspaceT = TypeVar("WorkspaceT")


def require_found(workspace: WorkspaceT | None) -> WorkspaceT:
    """Return the workspace. Raises ResourceNotFound if it is None."""
    if workspace is None:
        raise ResourceNotFound("There is no workspace with this id, or it is being deleted")
    return workspace


def _created_response(new_key: NewKey) -> ApiKeyCreated:
    return ApiKeyCreated(**new_key.key.model_dump(), key=new_key.credential.text)


def _key_not_found() -> ResourceNotFound:
    return ResourceNotFound("There is no API key with this id in this workspace")


def _require_rotatable(key: ApiKey) -> None:
    """Raise Conflict if the key is rotated, revoked or expired."""
    if key.rotated_to:
        raise Conflict(f"This key was rotated before, to {key.rotated_to}: rotate that one")
    if key.revoked_at:
        raise Conflict("This key is revoked: create a new one")
    if key.is_expired(clock.now()):
        raise Conflict("This key has expired: create a new one")


def require_known(asked: Sequence[str]) -> None:
    """Raise ValidationFailed if one of the scopes does not exist."""
    unknown = [
        Violation(f"/scopes/{place}", f"{scope} is not a scope{did_you_mean(scope, scopes.ALL)}")
        for place, scope in enumerate(asked)
        if scope not in scopes.ALL
    ]
    if unknown:
        first = unknown[0].detail.rstrip(".")
        end = "" if first.endswith("?") else "."
        raise ValidationFailed(
            f"{first}{end} The scopes are {', '.join(scopes.ALL)}", violations=unknown
        )

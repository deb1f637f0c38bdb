"""Workspaces, callers and API keys."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict

from outrider.access.idempotency import Idempotency, PlanT
from outrider.access.scopes import Role
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action
from outrider.kit.http.responses import Existing, Headers
from outrider.kit.models import Model
from outrider.kit.outbox import Event, Mode, event

_TEST = "~test"

PlanName = Literal["free", "starter", "professional", "scale", "enterprise"]
WorkspaceStatus = Literal["active", "suspended", "deleting"]


class WorkspaceId(str):
    """Id of a workspace in one mode, as used in DynamoDB keys: `wsp_…` for live, `wsp_…~test` for
    the sandbox.

    Only `access` creates one for a request, after authentication; workers read it from stored
    records.
    """

    __slots__ = ()

    @classmethod
    def of(cls, public: str, mode: Mode) -> "WorkspaceId":
        """Return the id for a public workspace id and a mode."""
        return cls(public if mode == "live" else public + _TEST)

    @property
    def public(self) -> str:
        """Return the id without the mode: `wsp_…`."""
        return self.removesuffix(_TEST)

    @property
    def mode(self) -> Mode:
        return "test" if self.endswith(_TEST) else "live"


@dataclass(frozen=True, slots=True)
class Caller:
    """Originator of a change: `actor` is `key:<id>` for an API request, `agent:<id>` for a call of
    an agent run, `engine` for our own workers, `recipient` for someone who uses a link in an
    email."""

    workspace: WorkspaceId
    actor: str
    scopes: frozenset[str] = frozenset()
    request_id: str = ""
    plan: PlanName = "free"
    expires_at: str | None = None
    """Expiry of the API key, if any."""
    seal: bytes = field(default=b"", repr=False)
    """Workspace secret for the encryption of cursors."""
    idempotency: Idempotency | None = field(default=None, repr=False, compare=False)
    """Idempotency key of the request, if any."""
    outer: Idempotency | None = field(default=None, repr=False, compare=False)
    """Idempotency key of the request that this call is a part of, see `nested`."""
    job: str = ""
    """Identity of the piece of work that a worker carries out, which may be repeated."""
    headers: Headers = field(default_factory=dict, repr=False, compare=False)
    """Headers of the response; services may add some."""
    api_url: str = ""
    """Base URL of the request, for example `https://api.example.com`."""

    @classmethod
    def engine(cls, workspace: str, request_id: str = "") -> "Caller":
        """Return the caller for our own workers. `workspace` must come from a stored record, not
        from a request."""
        return cls(WorkspaceId(workspace), "engine", request_id=request_id)

    def event(self, name: str, /, *, identity: str = "", **data: object) -> Event:
        """Return an event caused by this caller. See `kit.outbox.event` for `identity`."""
        return event(
            name,
            partition=self.workspace,
            actor=self.actor,
            request_id=self.request_id,
            identity=identity,
            **data,
        )

    @property
    def is_agent(self) -> bool:
        """Return whether a language model decided on this call."""
        return self.actor.startswith("agent:")

    @property
    def may_repeat(self) -> bool:
        """Return whether the request has an Idempotency-Key. If so, a service must know the
        response before the write, because both belong to one transaction."""
        return self.idempotency is not None

    def keep_actions(
        self, result: Model | Existing[Model], *, repeated: Model | None = None
    ) -> list[Action]:
        """Return the write that stores the response under the request's Idempotency-Key; none
        without a key.

        It belongs in the transaction of the change that `result` describes. `repeated` is the
        response for retries, if it differs: secrets are shown only once. If a response is already
        stored the write raises AnsweredBefore, which services must not catch.
        """
        return [self.idempotency.keep_action(result, repeated)] if self.idempotency else []

    def begin(self) -> None:
        """Claim the Idempotency-Key, before work in several transactions; the response is stored at
        the end.

        Raises AnsweredBefore, IdempotencyMismatch, StillRunning.
        """
        self.begin_with(None)

    def begin_with(self, plan: PlanT) -> PlanT:
        """Claim the Idempotency-Key as `begin` does, and store what is to be done, if that depends
        on data that may change.

        Return the stored `plan` of the first request if this is a retry after a crash, else `plan`.
        It must be storable in DynamoDB. Raises AnsweredBefore, IdempotencyMismatch, StillRunning.
        """
        return self.idempotency.begin(plan) if self.idempotency else plan

    def new_id(self, prefix: str, *identity: str) -> str:
        """Return a new id. After `begin`, a retry gets the same id for the same `identity`, and so
        does a repeated job."""
        if self.job:
            return ids.derived(prefix, self.workspace, self.job, *identity)
        request = self.idempotency or self.outer
        return request.new_id(prefix, *identity) if request else ids.new(prefix)

    def nested(self) -> "Caller":
        """Return the caller of a service that another service uses: a retry of the request gets the
        same ids, but the response that is stored is that of the outer service."""
        return replace(self, idempotency=None, outer=self.idempotency)


class Workspace(Model):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    plan: PlanName
    created_at: str
    suspended_at: str | None = None
    """Since when the operator has suspended it, if so."""
    deletion: dict[str, Any] | None = None
    """How far its deletion has come, if it has begun."""

    @property
    def status(self) -> WorkspaceStatus:
        if self.deletion is not None:
            return "deleting"
        return "suspended" if self.suspended_at else "active"


class ApiKey(Model):
    """An API key without its secret, which is shown once and stored only as a hash."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["api_key"] = "api_key"
    name: str
    scopes: list[str]
    role: Role | None = None
    """The role that the key was created with, if any. Its permissions are those in `scopes`."""
    mode: Mode
    hint: str
    """The last four characters of the key."""
    created_at: str
    created_by: str
    expires_at: str | None = None
    """The time at which the key expires. A rotated key expires at the end of the overlap."""
    revoked_at: str | None = None
    rotated_from: str | None = None
    """The id of the key that this key replaces."""
    rotated_to: str | None = None
    """The id of the key that replaces this key."""
    last_used_at: str | None = None
    """The time of the last accepted request; only in lists."""

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and clock.from_text(self.expires_at) <= now

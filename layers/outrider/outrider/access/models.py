"""Workspaces, callers, and what an API key is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.access.idempotency import Idempotency, PlanT
from outrider.access.scopes import Role
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action
from outrider.kit.http.responses import Existing, Headers
from outrider.kit.outbox import Event, Mode, event

_TEST = "~test"

PlanName = Literal["free", "starter", "professional", "scale", "enterprise"]


class WorkspaceId(str):
    """A workspace in one mode, as it stands in every key: `wsp_…` live, `wsp_…~test` sandbox.

    Only `access` makes one from a request; workers read it back from what `access` once let in.
    """

    __slots__ = ()

    @classmethod
    def of(cls, public: str, mode: Mode) -> "WorkspaceId":
        return cls(public if mode == "live" else public + _TEST)

    @property
    def public(self) -> str:
        """`wsp_…`, whatever the mode."""
        return self.removesuffix(_TEST)

    @property
    def mode(self) -> Mode:
        return "test" if self.endswith(_TEST) else "live"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who does something: `actor` is `key:<id>` for a request, `engine` for our own workers,
    `recipient` for whoever uses a link in a mail."""

    workspace: WorkspaceId
    actor: str
    scopes: frozenset[str] = frozenset()
    request_id: str = ""
    plan: PlanName = "free"
    expires_at: str | None = None
    """When its API key expires, if it does."""
    seal: bytes = field(default=b"", repr=False)
    """The workspace's secret for cursors."""
    idempotency: Idempotency | None = field(default=None, repr=False, compare=False)
    """Of a request that may be repeated."""
    headers: Headers = field(default_factory=dict, repr=False, compare=False)
    """Of the answer to its request; a service may add some."""
    api_url: str = ""
    """Where its request reached the API, for example `https://api.example.com`."""

    @classmethod
    def engine(cls, workspace: str, request_id: str = "") -> "Caller":
        """Our own workers, acting in a workspace that a record of ours names."""
        return cls(WorkspaceId(workspace), "engine", request_id=request_id)

    def event(self, name: str, /, *, identity: str = "", **data: object) -> Event:
        """Something this caller makes happen. See `kit.outbox.event` for `identity`."""
        return event(
            name,
            partition=self.workspace,
            actor=self.actor,
            request_id=self.request_id,
            identity=identity,
            **data,
        )

    @property
    def may_repeat(self) -> bool:
        """Whether the answer has to be known before the write, so that it can be kept."""
        return self.idempotency is not None

    def keep_actions(
        self, result: BaseModel | Existing[BaseModel], *, repeated: BaseModel | None = None
    ) -> list[Action]:
        """The write that keeps the answer under the request's Idempotency-Key; none without one.

        It belongs into the transaction of the change that `result` tells. A repetition of the
        request is told `repeated`, where that is given: secrets are shown once. What the write
        raises when there is an answer passes through the service.
        """
        return [self.idempotency.keep_action(result, repeated)] if self.idempotency else []

    def begin(self) -> None:
        """To be called before work in several transactions, whose answer is kept at its end.

        Raises AnsweredBefore, IdempotencyMismatch, StillRunning.
        """
        self.begin_with(None)

    def begin_with(self, plan: PlanT) -> PlanT:
        """`begin`, where what is to be done depends on what there is: a request that begins again
        after a crash gets the `plan` of the first. It has to be what DynamoDB can store.

        Raises AnsweredBefore, IdempotencyMismatch, StillRunning.
        """
        return self.idempotency.begin(plan) if self.idempotency else plan

    def new_id(self, prefix: str, *identity: str) -> str:
        """A new id; a request that has begun gives the same `identity` the same one if it has to
        begin again after a crash."""
        if self.idempotency is None:
            return ids.new(prefix)
        return self.idempotency.new_id(prefix, *identity)


class Workspace(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    plan: PlanName
    created_at: str


class ApiKey(BaseModel):
    """A key as it is listed; the secret was shown once and is stored only as a hash."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["api_key"] = "api_key"
    name: str
    scopes: list[str]
    role: Role | None = None
    """The role it was made with, if any; `scopes` are what it may."""
    mode: Mode
    hint: str
    """The last four characters of the key."""
    created_at: str
    created_by: str
    expires_at: str | None = None
    """From this moment on it is refused. A rotated key expires when the overlap ends."""
    revoked_at: str | None = None
    rotated_from: str | None = None
    """The id of the key it took the place of."""
    rotated_to: str | None = None
    """The id of the key that took its place."""
    last_used_at: str | None = None
    """Its last call that was let in; only in lists."""

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and clock.from_text(self.expires_at) <= now

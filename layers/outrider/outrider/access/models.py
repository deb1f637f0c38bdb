"""Workspaces, callers, and what an API key is."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

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
    """Who does something: `actor` is `key:<id>` for a request, `engine` for our own workers."""

    workspace: WorkspaceId
    actor: str
    scopes: frozenset[str] = frozenset()
    request_id: str = ""
    plan: PlanName = "free"
    seal: bytes = field(default=b"", repr=False)
    """The workspace's secret for cursors."""

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
    name: str
    scopes: list[str]
    mode: Mode
    hint: str
    """The last four characters of the key."""
    created_at: str
    created_by: str
    revoked_at: str | None = None

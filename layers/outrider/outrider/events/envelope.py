"""What stands around `data`: in a webhook, on the bus and in the feed, and around events that share
an entry of the bus."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.payloads.base import EventId, Timestamp, WorkspaceId

Mode = Literal["live", "test"]


class WebhookPayload(BaseModel):
    """The body of a webhook: one event."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: EventId
    """Names the event, however often and by whatever way it comes."""
    event: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", examples=["contact.created"])]
    """Its name; on the bus also the `detail-type`, unless it comes packed."""
    created_at: Timestamp
    """When it happened."""
    workspace_id: WorkspaceId
    sequence: Annotated[int, Field(ge=0, examples=[4711])]
    """Its number among the events of the workspace, without gaps, live and sandbox apart; 0 of a
    `webhook.test`."""
    data: dict[str, Any]
    """What happened, and the ids of everything concerned."""


class Detail(WebhookPayload):
    """The `detail` of an event on the EventBridge bus, and an event of `GET /v1/events`: what a
    webhook gets, and four fields more."""

    recorded_at: Timestamp
    """When it entered the feed, moments after it happened. It never falls as `sequence` rises."""
    mode: Mode
    """`test` for what test keys do in the sandbox."""
    actor: Annotated[
        str,
        Field(
            pattern=r"^(?:engine|operator|recipient|key:key_[0-9a-z]{26}|agent:run_[0-9a-z]{26})$",
            examples=["key:key_01jf3k9q2c8m5v7x0b4n6t1rwe"],
        ),
    ]
    """Who caused it: an API key, Outrider itself (`engine`), somebody who followed a link in a mail
    (`recipient`), who runs the stack (`operator`), or a run of an agent."""
    request_id: Annotated[str, Field(examples=["Z0pXkj2voAMEVgw="])]
    """The `X-Request-Id` of the request that caused it; may be empty."""


class Packed(BaseModel):
    """The `detail` of an entry on the EventBridge bus that holds several events, of one workspace
    and mode; its `detail-type` is `events.packed`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    workspace_id: WorkspaceId
    """Whose all of them are."""
    mode: Mode
    """`test` for what test keys do in the sandbox."""
    names: Annotated[
        list[Annotated[str, Field(json_schema_extra={"enum": sorted(HIGH_VOLUME)})]],
        Field(min_length=1, examples=[["email.delivered", "email.sent"]]),
    ]
    """Of the events in it, each once: for patterns of rules."""
    events: Annotated[list[Detail], Field(min_length=1)]
    """Each as it would come singly."""

"""What stands around `data`: in a webhook, and on the bus and in the feed."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from outrider.events.payloads.base import EventId, Timestamp, WorkspaceId


class WebhookPayload(BaseModel):
    """The body of a webhook: one event."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: EventId
    """Names the event, however often and by whatever way it comes."""
    event: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", examples=["contact.created"])]
    """Its name; on the bus also the `detail-type`."""
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
    mode: Literal["live", "test"]
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

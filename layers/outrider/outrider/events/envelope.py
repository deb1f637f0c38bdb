"""Envelopes of events: in a webhook, on the bus, in the feed, and in a bus entry of several
events."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.payloads.base import EventId, Timestamp, WorkspaceId
from outrider.kit.models import Model

Mode = Literal["live", "test"]


class WebhookPayload(Model):
    """Body of a webhook request: one event."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: EventId
    """Unique id of the event, the same in webhooks, on the bus and in the feed: use it to detect
    duplicates."""
    event: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", examples=["contact.created"])]
    """Name of the event; on the bus also the `detail-type`, unless the event is packed with
    others."""
    created_at: Timestamp
    """When it happened."""
    workspace_id: WorkspaceId
    sequence: Annotated[int, Field(ge=0, examples=[4711])]
    """Sequence number among the workspace's events, without gaps and separate for live and test
    mode; 0 for `webhook.test`."""
    data: dict[str, Any]
    """Details of the event, and the ids of all resources concerned."""


class Detail(WebhookPayload):
    """The `detail` of an event on the EventBridge bus, and an event of `GET /v1/events`: the
    payload of a webhook with four more fields."""

    recorded_at: Timestamp
    """When the event was added to the feed, moments after it happened. It never decreases as
    `sequence` increases."""
    mode: Mode
    """`test` for events caused with test keys."""
    actor: Annotated[
        str,
        Field(
            pattern=r"^(?:engine|operator|recipient|key:key_[0-9a-z]{26}|agent:agr_[0-9a-z]{26})$",
            examples=["key:key_01jf3k9q2c8m5v7x0b4n6t1rwe"],
        ),
    ]
    """Who caused it: an API key, Outrider itself (`engine`), a recipient who followed a link in an
    email (`recipient`), the operator of the deployment (`operator`), or a run of an agent."""
    request_id: Annotated[str, Field(examples=["Z0pXkj2voAMEVgw="])]
    """The `X-Request-Id` of the request that caused it; may be empty."""


class Packed(Model):
    """The `detail` of an EventBridge entry with several events of one workspace and mode; its
    `detail-type` is `events.packed`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    workspace_id: WorkspaceId
    """Workspace of all its events."""
    mode: Mode
    """`test` for events caused with test keys."""
    names: Annotated[
        list[Annotated[str, Field(json_schema_extra={"enum": sorted(HIGH_VOLUME)})]],
        Field(min_length=1, examples=[["email.delivered", "email.sent"]]),
    ]
    """Distinct names of its events, for event patterns of rules."""
    of_leads: Annotated[bool, Field(examples=[True])]
    """Whether all its events name a lead in `lead_id`; otherwise none does."""
    events: Annotated[list[Detail], Field(min_length=1)]
    """The events, each with the fields of the `detail` of a single event."""

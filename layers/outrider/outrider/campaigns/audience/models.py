"""How far an audience is read, and the contacts that it asks for."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from outrider.access.models import Caller
from outrider.campaigns.models import Campaign
from outrider.contacts.schemas import ContactQuery

PAGE = 200


class AudienceJob(BaseModel):
    """How far an audience is read: `after` is the place in the list, `parts` how often it moved,
    `moved_at` when it did so last, or was asked to."""

    model_config = ConfigDict(frozen=True)

    id: str
    filter: dict[str, Any]
    asked_at: str
    moved_at: str = ""
    actor: str
    request_id: str
    after: dict[str, Any] | None = None
    parts: int = 0
    added: int = 0
    skipped: int = 0
    done: bool = False

    @property
    def query(self) -> ContactQuery:
        return audience_query(self.filter)


def audience_query(filter_: Mapping[str, Any]) -> ContactQuery:
    """The contacts that a filter lets through, in an order that no change of a contact changes."""
    order = {} if {"search", "email"} & filter_.keys() else {"sort": "created_at"}
    return ContactQuery.model_validate({**filter_, **order, "limit": PAGE})


def begun(
    caller: Caller, campaign: Campaign, filter_: Mapping[str, Any], job_id: str
) -> AudienceJob:
    """The job of a launch, or of an addition, whose change of the campaign is its last."""
    return AudienceJob(
        id=job_id,
        filter=dict(filter_),
        asked_at=campaign.updated_at,
        actor=caller.actor,
        request_id=caller.request_id,
    )

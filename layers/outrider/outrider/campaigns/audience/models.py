"""Jobs that enroll the contacts of a filter."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict

from outrider.access.models import Caller
from outrider.campaigns.models import Campaign
from outrider.contacts.schemas import ContactQuery
from outrider.kit.models import Model

PAGE = 200


class AudienceJob(Model):
    """Progress of enrolling the contacts of a filter.

    `after` is the position in the list of contacts, `parts` the number of times it moved (the
    version of the optimistic lock), `moved_at` when it last moved or was requeued.
    """

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
    """Return the query of a filter, with a sort order in which changed contacts keep their
    place."""
    order = {} if {"search", "email"} & filter_.keys() else {"sort": "created_at"}
    return ContactQuery.model_validate({**filter_, **order, "limit": PAGE})


def new_job(
    caller: Caller, campaign: Campaign, filter_: Mapping[str, Any], job_id: str
) -> AudienceJob:
    """Return the job for the filter of a launch or addition that has just changed `campaign`."""
    return AudienceJob(
        id=job_id,
        filter=dict(filter_),
        asked_at=campaign.updated_at,
        actor=caller.actor,
        request_id=caller.request_id,
    )

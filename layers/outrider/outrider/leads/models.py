"""Leads, and the ideal customer profile by which they are qualified."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score

LeadStatus = Literal["new", "researched", "qualified", "disqualified"]


class Lead(BaseModel):
    """A contact that is researched and qualified. Times are RFC 3339 UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    contact_id: str
    status: LeadStatus = "new"
    status_reason: str | None = None
    score: Score | None = None
    scored_at: str | None = None
    researched_at: str | None = None
    notes: str | None = None
    created_at: str
    updated_at: str
    version: int = 1


class StoredProfile(BaseModel):
    """The ideal customer profile of a workspace, as it is stored."""

    model_config = ConfigDict(frozen=True)

    profile: Profile = Profile()
    updated_at: str | None = None
    """None for a profile that was never saved."""
    version: int = 1

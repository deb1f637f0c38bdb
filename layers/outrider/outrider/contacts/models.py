"""Contact entity and the verification of its address."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, computed_field, model_validator

from outrider.entities.models import Entity
from outrider.kit.models import Model
from outrider.kit.text.addresses import folded

Status = Literal[
    "new", "active", "replied", "interested", "not_interested", "unsubscribed", "bounced"
]


Verdict = Literal["valid", "risky", "invalid", "unknown"]
VerificationReason = Literal[
    "reserved_domain",
    "no_such_domain",
    "refuses_mail",
    "dns_unanswered",
    "dns_not_asked",
    "no_mx",
    "disposable",
    "role",
    "simulated",
]


class Verification(Model):
    """Result of verifying an email address. `reasons` explain a verdict other than `valid`."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    checked_at: str
    reasons: list[VerificationReason] = []


class Contact(Entity):
    """A person in one workspace. Times are RFC 3339 UTC; `version` is incremented by every change.

    `last_contacted_at` is stored in an item of its own (`contacts/touches.py`), and a contact that
    has it is `active` instead of `new`; the contact's item contains neither.
    """

    id: str
    object: Literal["contact"] = "contact"
    email: str
    other_emails: list[str] = Field(default_factory=list)
    """Addresses of contacts that were merged into it. Nothing is sent to them."""
    merged_ids: list[str] = Field(default_factory=list, exclude=True)
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    """The job title; null if it is not known."""
    company: str | None = None
    company_id: str | None = None
    company_pinned: bool = Field(default=False, exclude=True)
    """Whether a caller set or cleared `company_id`; a change of the address then changes no
    link."""
    linkedin_url: str | None = None
    phone: str | None = None
    country: str | None = None
    timezone: str | None = None
    folder_id: str | None = None
    tags: list[str] = Field(default_factory=list)
    custom: dict[str, Any] = Field(default_factory=dict)
    status: Status = "new"
    """`new`, `active` once a message was sent, then what the contact did last: `replied`,
    `interested`, `not_interested`, `unsubscribed` or `bounced`."""
    fit_score: Annotated[float, Field(ge=0, le=1)] | None = None
    verified: bool = False
    verification: Verification | None = None
    source: str | None = None
    last_contacted_at: str | None = None
    last_replied_at: str | None = None
    created_at: str
    updated_at: str
    version: int = 1

    @model_validator(mode="before")
    @classmethod
    def _active_once_contacted(cls, given: Any) -> Any:
        if given.get("last_contacted_at") and given.get("status", "new") == "new":
            return {**given, "status": "active"}
        return given

    def fields(self) -> dict[str, Any]:
        stored = super().fields()
        del stored["last_contacted_at"]
        status = "new" if self.status == "active" else self.status
        not_shown = {"merged_ids": self.merged_ids, "company_pinned": self.company_pinned}
        return {**stored, "status": status, **not_shown}

    def contacted(self, last_contacted_at: str | None) -> Self:
        """Return the contact with the time of its last message, and `active` instead of `new`;
        unchanged if the time is None."""
        if last_contacted_at is None:
            return self
        status = "active" if self.status == "new" else self.status
        return self.model_copy(update={"last_contacted_at": last_contacted_at, "status": status})

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return the contact with these changes. Another email address clears the verification."""
        changes = {"last_contacted_at": self.last_contacted_at, **changes}
        if folded(changes.get("email", self.email)) != folded(self.email):
            changes = {**changes, "verified": None, "verification": None}
        if "company_id" in changes:
            changes = {**changes, "company_pinned": True}
        return super().changed(changes)

    def has_address(self, address: str) -> bool:
        return folded(address) in map(folded, (self.email, *self.other_emails))

    @computed_field
    def full_name(self) -> str | None:
        return " ".join(filter(None, (self.first_name, self.last_name))) or None

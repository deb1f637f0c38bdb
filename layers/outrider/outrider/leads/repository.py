"""Keys, expressions and items of leads.

A lead is `<workspace>` / `led_…`; the unique claim on its contact, which has at most one lead, is
`<workspace>#lead` / `con_…`. The profile of the workspace is `<workspace>` / `profile`.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from outrider.access.models import WorkspaceId
from outrider.kit import ids, outbox
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    ItemPage,
    Query,
    Table,
    transact,
)
from outrider.kit.errors import PreconditionFailed, Stale
from outrider.kit.outbox import Event
from outrider.leads.errors import LeadExists, LeadNotFound
from outrider.leads.models import Lead, LeadStatus, StoredProfile

_PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class LeadRepository:
    """Leads of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, lead: Lead, events: Sequence[Event], also: Sequence[Action]) -> None:
        """Store a new lead and claim its contact. `also` are writes of the same transaction.

        Raises LeadExists if the contact has a lead, and TransactionFailed if a condition of `also`
        fails.
        """
        put = self.table.put_action(self._item(lead, events), "attribute_not_exists(#pk)")
        transact(put, self._claim_action(lead), *also)

    def get(self, lead_id: str) -> Lead | None:
        """Return a lead, or None; strongly consistent."""
        if not ids.is_id("led", lead_id):
            return None
        item = self.table.get(self.workspace, lead_id)
        return Lead.model_validate(item) if item else None

    def get_many(self, lead_ids: Iterable[str]) -> dict[str, Lead]:
        """Return the existing leads of `lead_ids`, by id; 100 per call."""
        found = self.table.get_all(self.workspace, lead_ids)
        return {lead_id: Lead.model_validate(item) for lead_id, item in found.items()}

    def of_contact(self, contact_id: str) -> Lead | None:
        """Return the lead of a contact, or None."""
        if not ids.is_id("con", contact_id):
            return None
        claim = self.table.get(self._claims, contact_id)
        lead = self.get(str(claim["lead_id"])) if claim else None
        return lead if lead and lead.contact_id == contact_id else None

    def change(
        self, before: Lead, after: Lead, events: Sequence[Event], also: Sequence[Action] = ()
    ) -> None:
        """Replace a lead as it was read. `also` are writes of the same transaction.

        Raises LeadNotFound if it was deleted, PreconditionFailed if it was changed meanwhile.
        """
        put = self.table.put_action(
            self._item(after, events), "#version = :seen", seen=before.version
        )
        put = replace(
            put,
            refused=lambda item: (
                PreconditionFailed.at_version(int(item["version"])) if item else LeadNotFound()
            ),
        )
        self.table.write(put, also)

    def remove(self, lead: Lead, also: Sequence[Action] = ()) -> None:
        """Delete a lead and its claim. Raises LeadNotFound if it does not exist, Stale if it
        was moved to another contact meanwhile."""
        delete = self.table.delete_action(
            self.workspace, lead.id, "#contact_id = :contact_id", contact_id=lead.contact_id
        )
        transact(
            replace(delete, refused=lambda item: Stale() if item else LeadNotFound()),
            self.table.delete_action(
                self._claims,
                lead.contact_id,
                "attribute_not_exists(#pk) OR #lead_id = :lead_id",
                lead_id=lead.id,
            ),
            *also,
        )

    def forget(self, contact_id: str) -> None:
        """Delete the lead of a contact, if it has one. Idempotent."""
        if lead := self.of_contact(contact_id):
            with suppress(LeadNotFound, Stale):
                self.remove(lead)

    def move(self, contact_id: str, winner_id: str) -> None:
        """Move the lead of a merged contact to the contact that it was merged into. If that one
        already has a lead, delete the lead instead."""
        lead = self.of_contact(contact_id)
        if lead is None:
            return
        moved = lead.model_copy(update={"contact_id": winner_id, "version": lead.version + 1})
        try:
            transact(
                self.table.put_action(
                    self._item(moved, ()), "#version = :seen", seen=lead.version
                ).or_raise(Stale()),
                self._claim_action(moved),
                self.table.delete_action(self._claims, contact_id),
            )
        except LeadExists:
            self.forget(contact_id)

    def page(self, query: Query, limit: int) -> ItemPage:
        """Return a page of an index (keys only) or of the table (items), for one of the queries
        below."""
        return self.table.page(query, limit, calls=1)

    def in_order_of_creation(
        self, status: LeadStatus | None, first: str, *, newest_first: bool
    ) -> Query:
        """Return the query of leads with ids from `first` on, all or those with a status."""
        return Query(
            f"{self.workspace}#{status}" if status else self.workspace,
            "#sk BETWEEN :low AND :high",
            {"low": first, "high": "led_~"},
            index="by_status" if status else None,
            newest_first=newest_first,
            consistent=True,
        )

    def in_order_of_score(self, least: int, *, newest_first: bool) -> Query:
        """Return the query of leads with a score of at least `least`."""
        return Query(
            self.workspace,
            "#by_score_sk >= :least",
            {"least": f"{least:03d}"},
            index="by_score",
            newest_first=newest_first,
        )

    def profile(self) -> StoredProfile:
        """Return the workspace's ideal customer profile; an empty one if none was saved."""
        item = self.table.get(self.workspace, _PROFILE)
        return StoredProfile.model_validate(item) if item else StoredProfile()

    def save_profile(
        self, before: StoredProfile, after: StoredProfile, also: Sequence[Action]
    ) -> None:
        """Replace the profile as it was read. Raises PreconditionFailed if it has changed."""
        put = self.table.put_action(
            {**after.model_dump(), "pk": self.workspace, "sk": _PROFILE},
            "#version = :seen" if before.updated_at else "attribute_not_exists(#pk)",
            **({"seen": before.version} if before.updated_at else {}),
        )
        put = replace(put, refused=lambda item: PreconditionFailed.at_version(_version_of(item)))
        self.table.write(put, also)

    @property
    def _claims(self) -> str:
        return f"{self.workspace}#lead"

    def _claim_action(self, lead: Lead) -> Action:
        """Return the write that claims the contact of a lead. Raises LeadExists in the transaction
        if another lead has it."""
        claim = self.table.put_action(
            {"pk": self._claims, "sk": lead.contact_id, "lead_id": lead.id},
            "attribute_not_exists(#pk) OR #lead_id = :lead_id",
            lead_id=lead.id,
        )
        return replace(
            claim, refused=lambda item: LeadExists(str(item["lead_id"]) if item else lead.id)
        )

    def _item(self, lead: Lead, events: Sequence[Event]) -> Item:
        item = {
            **lead.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": lead.id,
            "by_status_pk": f"{self.workspace}#{lead.status}",
            **outbox.attribute(events),
        }
        if lead.score:
            item["by_score_pk"] = self.workspace
            item["by_score_sk"] = f"{lead.score.score:03d}#{lead.id}"
        return item


def _version_of(item: Item | None) -> int:
    return int(item["version"]) if item else StoredProfile().version

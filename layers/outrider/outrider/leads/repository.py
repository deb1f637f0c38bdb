"""Keys, expressions and items of leads.

A lead is `<workspace>` / `led_…`. The claim on its contact, which has one lead per workflow and one
without, is `<workspace>#lead` / `con_…#wfl_…` (`con_…#` without a workflow). The counter `pending`
of a workflow's leads with a stage is `<workspace>#wfl_…` / `count#<shard>`: every write here keeps
it. The profile of the workspace is `<workspace>` / `profile`.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import ids, outbox
from outrider.kit.attempts import attempts
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    HOLDER,
    Action,
    ItemPage,
    Query,
    Table,
    transact,
)
from outrider.kit.counters import Counters
from outrider.kit.errors import Contended, PreconditionFailed, Stale
from outrider.kit.outbox import Event
from outrider.leads.errors import LeadExists, LeadNotFound
from outrider.leads.models import Lead, LeadStatus, Stage, StoredProfile

_PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class DueLead:
    """A lead whose stage a worker has to carry out."""

    lead_id: str
    stage: Stage
    place: str = field(default="", compare=False)
    """Its key in the index: leads that have been waiting for longer come first."""


@dataclass(frozen=True, slots=True)
class LeadRepository:
    """Leads of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, lead: Lead, events: Sequence[Event], also: Sequence[Action]) -> None:
        """Store a new lead and claim its contact. `also` are writes of the same transaction.

        Raises LeadExists if the contact has such a lead, and TransactionFailed if a condition of
        `also` fails.
        """
        transact(*self.add_actions(lead, events), *self._pending_actions(None, lead), *also)

    def add_actions(self, lead: Lead, events: Sequence[Event]) -> list[Action]:
        """Return the writes that store a new lead and claim its contact. The second raises
        LeadExists in the transaction. A stage must be counted with `pending_action` besides."""
        put = self.table.put_action(self._item(lead, events), "attribute_not_exists(#pk)")
        return [put, self._claim_action(lead)]

    def pending(self, workflow_id: str) -> Counters:
        """Return the counter `pending` of a workflow: its leads with a stage."""
        return Counters(self.table, f"{self.workspace}#{workflow_id}")

    def pending_action(self, workflow_id: str, by: int) -> Action:
        """Return the write that counts leads of a workflow that got a stage or, below 0, lost
        it."""
        return self.pending(workflow_id).add_action(pending=by)

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

    def of_contact(self, contact_id: str) -> list[Lead]:
        """Return the leads of a contact, one at most for each workflow and one without."""
        if not ids.is_id("con", contact_id):
            return []
        claims = self.table.every(
            Query(
                self._claims,
                "begins_with(#sk, :prefix)",
                {"prefix": _claim_of(contact_id)},
                consistent=True,
            )
        )
        found = self.get_many(str(claim["lead_id"]) for claim in claims)
        return [lead for lead in found.values() if lead.contact_id == contact_id]

    def change(
        self, before: Lead, after: Lead, events: Sequence[Event], also: Sequence[Action] = ()
    ) -> None:
        """Replace a lead as it was read. `also` are writes of the same transaction.

        Raises LeadNotFound if it was deleted, PreconditionFailed if it was changed meanwhile.
        """
        put = self._change_action(before, after, events)
        self.table.write(put, [*self._pending_actions(before, after), *also])

    def change_actions(self, before: Lead, after: Lead, events: Sequence[Event]) -> list[Action]:
        """Return the writes of `change`, for a transaction. The first raises what `change`
        does."""
        put = self._change_action(before, after, events)
        return [put, *self._pending_actions(before, after)]

    def claim(self, lead: Lead, lease: timedelta, status: LeadStatus | None = None) -> Lead:
        """Give the stage of a lead, as it was read, to a worker until the lease ends, and count the
        attempt. Return the lead as it is then, with `status` if that is given.

        Raises LeadNotFound if it was deleted, and PreconditionFailed if it was changed meanwhile,
        also by the claim of another worker.
        """
        claimed = lead.claimed(lease, status=status or lead.status)
        put = self._change_action(lead, claimed, (), **{HOLDER: secrets.token_hex(8)})
        self.table.write(put)
        return claimed

    def due(
        self, workflow_id: str, until: str, limit: int, after: Item | None
    ) -> tuple[list[DueLead], Item | None]:
        """Return leads of a workflow whose stage has been waiting since before `until`, the longest
        waiting first, and the key to continue after. While a worker has a lead, it waits from the
        end of the lease on. Read from an index, eventually consistent."""
        query = Query(
            f"{self.workspace}#{workflow_id}",
            "#by_work_sk < :until",
            {"until": until},
            index="by_work",
            after=after,
        )
        found = self.table.page(query, limit, calls=1)
        return [_due_of(item) for item in found.items], found.last_key

    def remove(self, lead: Lead, also: Sequence[Action] = ()) -> None:
        """Delete a lead as it was read, and its claim. Raises LeadNotFound if it does not exist,
        Stale if it was changed meanwhile."""
        delete = self.table.delete_action(
            self.workspace, lead.id, "#version = :seen", seen=lead.version
        )
        transact(
            replace(delete, refused=lambda item: Stale() if item else LeadNotFound()),
            self.table.delete_action(
                self._claims,
                _claim_of(lead.contact_id, lead.workflow_id),
                "attribute_not_exists(#pk) OR #lead_id = :lead_id",
                lead_id=lead.id,
            ),
            *self._pending_actions(lead, None),
            *also,
        )

    def forget(self, contact_id: str) -> None:
        """Delete the leads of a contact. Idempotent. Raises Contended if others keep changing
        them."""
        for _ in attempts():
            try:
                for lead in self.of_contact(contact_id):
                    self.remove(lead)
            except (LeadNotFound, Stale):
                continue
            return
        raise Contended("Others keep changing the leads of this contact")

    def move(self, contact_id: str, winner_id: str) -> None:
        """Move the leads of a merged contact to the contact that it was merged into; delete those
        of workflows in which that one has a lead already. Idempotent. Raises Contended."""
        for _ in attempts():
            try:
                for lead in self.of_contact(contact_id):
                    self._move(lead, winner_id)
            except (LeadNotFound, Stale):
                continue
            return
        raise Contended("Others keep changing the leads of this contact")

    def _move(self, lead: Lead, winner_id: str) -> None:
        moved = lead.model_copy(update={"contact_id": winner_id, "version": lead.version + 1})
        put = self.table.put_action(self._item(moved, ()), "#version = :seen", seen=lead.version)
        old_claim = _claim_of(lead.contact_id, lead.workflow_id)
        try:
            transact(
                put.or_raise(Stale()),
                self._claim_action(moved),
                self.table.delete_action(self._claims, old_claim),
            )
        except LeadExists:
            self.remove(lead)

    def page(self, query: Query, limit: int) -> ItemPage:
        """Return a page of an index (keys only) or of the table (items), for one of the queries
        below."""
        return self.table.page(query, limit, calls=1)

    def in_order_of_creation(
        self,
        workflow_id: str | None,
        status: LeadStatus | None,
        first: str,
        *,
        newest_first: bool,
    ) -> Query:
        """Return the query of leads with ids from `first` on: all, or those of a workflow, those
        with a status, or both."""
        index = {
            (False, False): None,
            (False, True): "by_status",
            (True, False): "by_workflow",
            (True, True): "by_workflow_status",
        }[workflow_id is not None, status is not None]
        return Query(
            "#".join(filter(None, (self.workspace, workflow_id, status))),
            "#sk BETWEEN :low AND :high",
            {"low": first, "high": "led_~"},
            index=index,
            newest_first=newest_first,
            consistent=True,
        )

    def in_order_of_score(
        self, workflow_id: str | None, least: int, *, newest_first: bool
    ) -> Query:
        """Return the query of leads with a score of at least `least`, all or those of a
        workflow."""
        index = "by_workflow_score" if workflow_id else "by_score"
        return Query(
            f"{self.workspace}#{workflow_id}" if workflow_id else self.workspace,
            f"#{index}_sk >= :least",
            {"least": f"{least:03d}"},
            index=index,
            newest_first=newest_first,
        )

    def from_the_first(
        self, workflow_id: str | None, limit: int, after: str | None
    ) -> tuple[list[Lead], str | None]:
        """Return leads in the order of their ids from that of `after` on, all or those of a
        workflow, and the last of them if more may follow."""
        first = f"{after}~" if after else "led_"
        query = self.in_order_of_creation(workflow_id, None, first, newest_first=False)
        found = self.page(query, limit)
        if query.index is None:
            leads = [Lead.model_validate(item) for item in found.items]
        else:
            leads = list(self.get_many(str(item["sk"]) for item in found.items).values())
        last = str(found.items[-1]["sk"]) if found.last_key and found.items else None
        return leads, last

    def count_scored(self, workflow_id: str | None) -> int:
        """Return how many leads have a score, in all or of a workflow."""
        query = self.in_order_of_score(workflow_id, 0, newest_first=False)
        return sum(1 for _ in self.table.every(query))

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
            {
                "pk": self._claims,
                "sk": _claim_of(lead.contact_id, lead.workflow_id),
                "lead_id": lead.id,
            },
            "attribute_not_exists(#pk) OR #lead_id = :lead_id",
            lead_id=lead.id,
        )
        return replace(
            claim, refused=lambda item: LeadExists(str(item["lead_id"]) if item else lead.id)
        )

    def _change_action(
        self, before: Lead, after: Lead, events: Sequence[Event], **more: str
    ) -> Action:
        put = self.table.put_action(
            {**self._item(after, events), **more}, "#version = :seen", seen=before.version
        )
        return replace(
            put,
            refused=lambda item: (
                PreconditionFailed.at_version(int(item["version"])) if item else LeadNotFound()
            ),
        )

    def _pending_actions(self, before: Lead | None, after: Lead | None) -> list[Action]:
        """Return the write that counts a stage which the lead gets or loses, or none."""
        lead = after or before
        had, has = (each is not None and each.stage is not None for each in (before, after))
        if lead is None or lead.workflow_id is None or had == has:
            return []
        return [self.pending_action(lead.workflow_id, 1 if has else -1)]

    def _item(self, lead: Lead, events: Sequence[Event]) -> Item:
        item = {
            **lead.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": lead.id,
            "by_status_pk": f"{self.workspace}#{lead.status}",
            **outbox.attribute(events),
        }
        by_score = f"{lead.score.score:03d}#{lead.id}" if lead.score else None
        if by_score:
            item |= {"by_score_pk": self.workspace, "by_score_sk": by_score}
        if lead.workflow_id:
            of_workflow = f"{self.workspace}#{lead.workflow_id}"
            item["by_workflow_pk"] = of_workflow
            item["by_workflow_status_pk"] = f"{of_workflow}#{lead.status}"
            if by_score:
                item |= {"by_workflow_score_pk": of_workflow, "by_workflow_score_sk": by_score}
            if lead.stage:
                waits_from = lead.lease_until or lead.staged_at
                item["by_work_pk"] = of_workflow
                item["by_work_sk"] = f"{waits_from}#{lead.stage}#{lead.id}"
        return item


def _claim_of(contact_id: str, workflow_id: str | None = None) -> str:
    return f"{contact_id}#{workflow_id or ''}"


def _due_of(item: Item) -> DueLead:
    """Return the lead and its stage from a key of the work index."""
    stage: Any = str(item["by_work_sk"]).split("#")[1]
    return DueLead(str(item["sk"]), stage, str(item["by_work_sk"]))


def _version_of(item: Item | None) -> int:
    return int(item["version"]) if item else StoredProfile().version

"""Additions of leads to a workflow, up to 1,000 in one request with a result for each.

Ids are derived from the request's Idempotency-Key, so a request that is repeated after a crash
recognizes the contacts and leads that it has created.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from outrider.access.models import Caller
from outrider.campaigns.schemas import SkipReason
from outrider.contacts.models import Contact
from outrider.contacts.schemas import ContactBatch
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids, parallel
from outrider.kit.aws.dynamodb import Action, Reason, StoreFailed, transact_named
from outrider.kit.errors import PreconditionFailed
from outrider.kit.http.requests import read_rows
from outrider.kit.http.responses import Existing
from outrider.kit.text.addresses import folded
from outrider.leads.events import lead_event
from outrider.leads.models import Lead
from outrider.leads.repository import LeadRepository
from outrider.leads.schemas import LeadRow
from outrider.workflows.models import Workflow
from outrider.workflows.repository import WorkflowRepository
from outrider.workflows.schemas import AddReason, LeadBatch, LeadBatchResult, LeadRowResult

_ROW: TypeAdapter[LeadRow] = TypeAdapter(LeadRow)
_AT_ONCE = 32
"""Leads per transaction: three writes each, and the count and the check of the workflow."""
_NOT_NOW = "The database did not answer: send this lead again"
_DETAILS: dict[SkipReason, str] = {
    "already_in_sequence": "The contact is in the campaign of this workflow already",
    "unsubscribed": "The contact has unsubscribed",
    "invalid_address": "The address accepts no email, as a verification or a bounce showed",
    "suppressed": "An address of the contact, or its domain, is suppressed",
    "in_other_active_sequence": "The contact is in another active campaign, and that of this "
    "workflow is exclusive",
    "recently_contacted": "The contact was written to less than min_interval_hours ago",
}

Rows = Sequence[tuple[int, LeadRow]]
Results = dict[int, LeadRowResult]


@dataclass(frozen=True, slots=True)
class LeadAdditions:
    """Additions of leads to the workflows of the caller's workspace. `refused` returns the reasons
    of contacts that a campaign must not email, by contact id."""

    caller: Caller
    workflows: WorkflowRepository
    leads: LeadRepository
    contacts: ContactService
    refused: Callable[[str, Sequence[Contact]], Mapping[str, SkipReason]]

    def add(
        self, workflow_id: str, batch: LeadBatch, if_match: int | None = None
    ) -> LeadBatchResult:
        """Make leads of contacts, which are found or created, for the first stage of the workflow.
        They are worked on in its current run, or in the next.

        Raises WorkflowNotFound, and PreconditionFailed if it is not at version `if_match`.
        """
        workflow = self.workflows.require(workflow_id)
        PreconditionFailed.check(if_match, self.caller.begin_with(workflow.version))
        rows, invalid = read_rows(_ROW, batch.leads)
        results = {index: _failed(index, "invalid", detail) for index, detail in invalid.items()}
        contact_ids = self._contact_ids(rows, results)
        contacts = self.contacts.several(set(contact_ids.values()))
        to_add: list[tuple[int, LeadRow, Contact]] = []
        first_of: dict[str, int] = {}
        for index, row in rows:
            contact_id = contact_ids.get(index)
            if contact_id is None:
                continue
            first = first_of.setdefault(contact_id, index)
            if contact_id not in contacts:
                results[index] = _not_found(index, contact_id)
            elif first != index:
                detail = f"Item {first} is the same contact"
                results[index] = _skipped(index, "duplicate", detail, contacts[contact_id])
            else:
                to_add.append((index, row, contacts[contact_id]))
        for part in parallel.chunks(lambda some: self._add(workflow, some), to_add, _AT_ONCE):
            results |= part
        return LeadBatchResult.of(workflow.id, [results[index] for index in sorted(results)])

    def _contact_ids(self, rows: Rows, results: Results) -> dict[int, str]:
        """Return the contact of each row by index. Contacts of addresses that none has are created.
        Rows without a contact get a result."""
        found = {index: row.contact_id for index, row in rows if row.contact_id is not None}
        first_with: dict[str, int] = {}
        same: dict[int, int] = {}
        unique: list[tuple[int, LeadRow]] = []
        for index, row in rows:
            if row.email is None:
                continue
            first = first_with.setdefault(folded(row.email), index)
            if first == index:
                unique.append((index, row))
            else:
                same[index] = first
        for index, contact_id, reason in self._created(unique):
            if contact_id is None:
                results[index] = _failed(index, "not_now", reason)
            else:
                found[index] = contact_id
        return found | {index: found[first] for index, first in same.items() if first in found}

    def _created(self, rows: Rows) -> Sequence[tuple[int, str | None, str]]:
        """Return index, contact and reason for rows with distinct addresses; the contact is None if
        it could not be created, for that reason."""
        if not rows:
            return []
        contacts = [row.new_contact().model_dump(exclude_unset=True) for _, row in rows]
        made = self.contacts.create_many(ContactBatch(contacts=contacts))
        batch = made.result if isinstance(made, Existing) else made
        return [
            (index, each.id, each.reason or "")
            for (index, _), each in zip(rows, batch.results, strict=True)
        ]

    def _add(self, workflow: Workflow, rows: Sequence[tuple[int, LeadRow, Contact]]) -> Results:
        """Add up to _AT_ONCE leads of distinct contacts in one transaction."""
        try:
            screened = self._screened(workflow, [contact for _, _, contact in rows])
            results = {
                index: _skipped(
                    index, screened[contact.id], _DETAILS[screened[contact.id]], contact
                )
                for index, _, contact in rows
                if contact.id in screened
            }
            leads = {
                str(index): self._lead(workflow, index, row, contact)
                for index, row, contact in rows
                if index not in results
            }
            groups = {name: self._add_actions(lead) for name, lead in leads.items()}
            refused = transact_named(
                groups,
                lambda names: [
                    self.leads.pending_action(workflow.id, len(names)),
                    self.workflows.check_open_action(workflow.id),
                ],
            )
        except StoreFailed:
            return {index: _failed(index, "not_now", _NOT_NOW) for index, _, _ in rows}
        contacts = {index: contact for index, _, contact in rows}
        for name, lead in leads.items():
            reasons = refused.get(name)
            results[int(name)] = _result(int(name), lead, contacts[int(name)], reasons)
        return results

    def _screened(
        self, workflow: Workflow, contacts: Sequence[Contact]
    ) -> Mapping[str, SkipReason]:
        if "contact" not in workflow.stages or workflow.campaign_id is None:
            return {}
        return self.refused(workflow.campaign_id, contacts)

    def _lead(self, workflow: Workflow, index: int, row: LeadRow, contact: Contact) -> Lead:
        lead_id, now = self.caller.new_id("led", str(index)), clock.timestamp()
        return Lead(
            id=lead_id,
            contact_id=contact.id,
            workflow_id=workflow.id,
            stage=workflow.first_stage,
            staged_at=now,
            notes=row.notes,
            created_at=now,
            updated_at=now,
        )

    def _add_actions(self, lead: Lead) -> list[Action]:
        """Return the writes of a lead; none raises its own exception in the transaction."""
        put, claim = self.leads.add_actions(lead, [lead_event(self.caller, "created", lead)])
        present = self.contacts.check_exists_action(lead.contact_id)
        return [put, replace(claim, refused=None), present]


def _result(
    index: int, lead: Lead, contact: Contact, reasons: Sequence[Reason] | None
) -> LeadRowResult:
    """Return the result of a lead, from the reasons for which it was not written, if any."""
    put, claim = reasons[:2] if reasons else (None, None)
    if claim and claim.failed and claim.item:
        detail = "The contact is a lead of this workflow already"
        return _skipped(index, "already_in_workflow", detail, contact, claim.item["lead_id"])
    if reasons and put and not put.failed:
        return _not_found(index, contact.id)
    # Written now, or by an earlier attempt of this request.
    return LeadRowResult(
        index=index,
        result="added",
        lead_id=lead.id,
        contact_id=contact.id,
        email=contact.email,
    )


def _skipped(
    index: int, reason: AddReason, detail: str, contact: Contact, lead_id: str | None = None
) -> LeadRowResult:
    return LeadRowResult(
        index=index,
        result="skipped",
        reason=reason,
        detail=detail,
        lead_id=lead_id,
        contact_id=contact.id,
        email=contact.email,
    )


def _not_found(index: int, contact_id: str) -> LeadRowResult:
    detail = ids.mistaken("contact", contact_id) or "There is no such contact in this workspace"
    return LeadRowResult(
        index=index, result="skipped", reason="not_found", detail=detail, contact_id=contact_id
    )


def _failed(index: int, reason: AddReason, detail: str, email: str | None = None) -> LeadRowResult:
    return LeadRowResult(index=index, result="failed", reason=reason, detail=detail, email=email)

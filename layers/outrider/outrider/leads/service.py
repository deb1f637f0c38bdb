"""Leads: created from contacts, researched, qualified, and listed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.schemas import ContactUpdate
from outrider.contacts.service import ContactService
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed
from outrider.kit.errors import Contended, PreconditionFailed, Stale
from outrider.kit.http.pagination import Page, Sealer
from outrider.leads.errors import LeadNotFound, NotResearched
from outrider.leads.events import decision_events, lead_event
from outrider.leads.facts import facts_of
from outrider.leads.lists import LeadLists
from outrider.leads.models import Lead, Stage
from outrider.leads.ports import LeadWorkflow, LeadWorkflows, check_open_actions
from outrider.leads.rationales import PaidRationale, RationaleService
from outrider.leads.repository import LeadRepository
from outrider.leads.schemas import (
    LeadCreate,
    LeadDeleted,
    LeadQuery,
    LeadUpdate,
    LeadView,
)
from outrider.leads.statuses.decisions import decided
from outrider.leads.statuses.scores import fields_of, rescored
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score, score
from outrider.research.schemas import Research, ResearchRequest
from outrider.research.service import ResearchService


@dataclass(frozen=True, slots=True)
class LeadService:
    """Leads of the caller's workspace. `research` constructs the service that reads companies'
    websites, `rationales` the one that has rationales written."""

    caller: Caller
    leads: LeadRepository
    lists: LeadLists
    contacts: ContactService
    research: Callable[[], ResearchService]
    rationales: Callable[[], RationaleService]
    workflows: LeadWorkflows

    def create(self, new: LeadCreate) -> LeadView:
        """Make a lead of a contact, which is found or created.

        Raises ContactNotFound, LeadExists, and ResourceNotFound if there is no such workflow.
        """
        self.caller.begin()
        asked = new.workflow_id
        workflow = None if asked is None else self.workflows.require(asked)
        contact = self.contacts.find_or_create(new)
        now = clock.timestamp()
        lead = Lead(
            id=self.caller.new_id("led"),
            contact_id=contact.id,
            workflow_id=new.workflow_id,
            stage=workflow.stages[0] if workflow else None,
            staged_at=now if workflow else None,
            notes=new.notes,
            created_at=now,
            updated_at=now,
        )
        view = LeadView.of(lead, contact, workflow)
        checks = [self.contacts.check_exists_action(contact.id)]
        if lead.workflow_id:
            checks.append(self.workflows.check_open_action(lead.workflow_id))
        created = lead_event(self.caller, "created", lead)
        try:
            self.leads.add(lead, [created], [*checks, *self.caller.keep_actions(view)])
        except TransactionFailed as failure:
            raise ContactNotFound from failure
        return view

    def get(self, lead_id: str) -> LeadView:
        """Return a lead with its score. Raises LeadNotFound."""
        return self._view(self._require(lead_id))

    def list(self, query: LeadQuery) -> Page[LeadView]:
        """Return a page of leads with summaries of their contacts."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/leads")
        found, place = self.lists.page(query, sealer.after(query))
        workflows = self._workflows([lead for lead, _ in found])
        views = [
            LeadView.of(lead, contact, workflows.get(lead.workflow_id or ""))
            for lead, contact in found
        ]
        return sealer.page(query, views, place)

    def update(self, lead_id: str, update: LeadUpdate, if_match: int | None) -> LeadView:
        """Change only the given fields.

        Raises LeadNotFound; PreconditionFailed if the version is not `if_match`; StatusOfWorkflow
        or AlreadyEnrolled if the status of a workflow's lead cannot be set; ResourceNotFound if
        that workflow was deleted and was to begin again.
        """
        self.caller.begin()
        given = update.given

        def changed(lead: Lead) -> Lead:
            first_stage = None
            if lead.workflow_id and given.get("status") == "new":
                first_stage = self.workflows.require(lead.workflow_id).stages[0]
            return decided(lead, given, first_stage)

        return self._change(lead_id, changed, if_match)

    def delete(self, lead_id: str, if_match: int | None) -> LeadDeleted:
        """Delete the lead; its contact is kept. Raises LeadNotFound, and PreconditionFailed if the
        version is not `if_match`."""
        deleted = LeadDeleted(id=lead_id)
        for _ in attempts():
            try:
                lead = self._require(lead_id)
                PreconditionFailed.check(if_match, lead.version)
                self.leads.remove(lead, self.caller.keep_actions(deleted))
            except Stale:
                continue
            return deleted
        raise Contended("Others keep changing this lead")

    def carry_out_research(self, lead_id: str, request: ResearchRequest) -> Research:
        """Research the company of the lead's contact; it costs a credit if a page was read.

        Raises LeadNotFound, NothingToResearch, InsufficientCredits.
        """
        self.caller.begin()
        found = self.research().carry_out(self._require(lead_id).contact_id, request)

        def changed(lead: Lead) -> Lead:
            status = "researched" if lead.status == "new" else lead.status
            return lead.model_copy(update={"researched_at": found.researched_at, "status": status})

        if found.outcome == "found":
            self._change(lead_id, changed, keeping=found)
        return found

    def researched(self, lead_id: str) -> Research:
        """Return the stored research about the lead's company. Raises LeadNotFound, and
        NotResearched."""
        lead = self._require(lead_id)
        found = self.research().kept(lead.contact_id)
        if found is None:
            raise NotResearched(lead.id)
        return found

    def qualify(self, lead_id: str) -> LeadView:
        """Score the lead by the profile of its workflow, or by that of the workspace, and write the
        score to its contact too. The status follows, where nothing was sent. It costs a credit if
        the model of the workspace wrote the rationale.

        Raises LeadNotFound; ContactNotFound if its contact was deleted; ServiceUnavailable if the
        credit was released meanwhile.
        """
        self.caller.begin()
        lead = self._require(lead_id)
        profile, stages = self.leads.profile().profile, list[Stage]()
        if workflow := self._workflows([lead]).get(lead.workflow_id or ""):
            profile, stages = workflow.settings.qualifies_by(profile), list(workflow.stages)
        result = self.score(lead.contact_id, profile)
        paid = self.rationales().write(result)
        rationale = paid.rationale if paid else None

        def changed(lead: Lead) -> Lead:
            if lead.workflow_id is None:
                verdict = {"status": result.verdict, "status_reason": None, "decided_at": None}
                return lead.model_copy(update={**fields_of(result, profile, rationale), **verdict})
            return rescored(lead, result, profile, stages, rationale)

        if paid is None:
            return self._change(lead_id, changed)
        with paid.released_on_failure():
            return self._change(lead_id, changed, paid=paid)

    def score(self, contact_id: str, profile: Profile) -> Score:
        """Score a contact by the profile, which costs nothing, and write the score to it. Raises
        ContactNotFound."""
        contact, company, findings = self.research().known(contact_id)
        result = score(profile, facts_of(contact, company, findings))
        fit_score = result.score / 100
        if contact.fit_score != fit_score:
            self.contacts.update(contact.id, ContactUpdate(fit_score=fit_score), None)
        return result

    def _change(
        self,
        lead_id: str,
        changed: Callable[[Lead], Lead],
        if_match: int | None = None,
        keeping: Research | None = None,
        paid: PaidRationale | None = None,
    ) -> LeadView:
        """Store what `changed` returns for the lead; retried when the optimistic lock fails.
        `keeping` is the response to store for the idempotency key, by default the lead. `paid` is
        charged in the same transaction."""
        for _ in attempts():
            before = self._require(lead_id)
            if if_match not in (None, before.version):
                raise PreconditionFailed.at_version(before.version)
            after = changed(before)
            if after != before:
                after = after.model_copy(
                    update={"updated_at": clock.timestamp(), "version": before.version + 1}
                )
            view = self._view(after)
            if after == before and not self.caller.may_repeat:
                return view
            try:
                events = decision_events(self.caller, before, after)
                also = [
                    *check_open_actions(self.workflows, before, after),
                    *self.caller.keep_actions(keeping or view),
                ]
                if paid:
                    paid.post([*self.leads.change_actions(before, after, events), *also])
                else:
                    self.leads.change(before, after, events, also)
            except PreconditionFailed:
                continue
            return view
        raise Contended("Others keep changing this lead")

    def _require(self, lead_id: str) -> Lead:
        lead = self.leads.get(lead_id)
        if lead is None:
            raise LeadNotFound
        return lead

    def _view(self, lead: Lead) -> LeadView:
        contact = self.contacts.several([lead.contact_id]).get(lead.contact_id)
        workflow = self._workflows([lead]).get(lead.workflow_id or "")
        return LeadView.of(lead, contact, workflow)

    def _workflows(self, leads: Iterable[Lead]) -> Mapping[str, LeadWorkflow]:
        """Return the existing workflows of these leads, by id."""
        workflow_ids = {lead.workflow_id for lead in leads if lead.workflow_id}
        return self.workflows.several(sorted(workflow_ids)) if workflow_ids else {}

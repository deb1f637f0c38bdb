"""Worker that scores leads again after a change of their profile.

It passes over the leads twice. The first pass gives each lead that has a score a new one. The
second pass begins once no process that read the earlier profile can still write, and finds the few
leads that such a process scored after the first pass. Leads that were scored by the current profile
are skipped, so every step can be repeated. Every invocation reads the current profile, so the
newest profile wins.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact
from outrider.contacts.schemas import ContactUpdate
from outrider.contacts.service import ContactService
from outrider.kit import clock, parallel
from outrider.kit.attempts import attempts
from outrider.kit.errors import Contended, PreconditionFailed, ResourceNotFound, Stale
from outrider.leads.errors import LeadNotFound
from outrider.leads.events import decision_events
from outrider.leads.facts import facts_of
from outrider.leads.models import Lead, Stage
from outrider.leads.ports import LeadWorkflows, check_open_actions
from outrider.leads.repository import LeadRepository
from outrider.leads.rescoring.models import Rescoring
from outrider.leads.rescoring.repository import RescoringRepository
from outrider.leads.statuses.scores import rescored
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import score
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository

PAGE = 100
"""Leads that are scored before the progress is recorded."""
SETTLE = timedelta(minutes=6)
"""Time between the change of a profile and the second pass; longer than any function that may have
read the earlier profile can run."""

Known = tuple[Contact, Company | None, Findings | None]


@dataclass(frozen=True, slots=True)
class Rules:
    """Profile and stages that apply to the leads of a workflow, or to those without one."""

    profile: Profile
    stages: Sequence[Stage] = ()


@dataclass(frozen=True, slots=True)
class RescoringWorker:
    """Worker of one workspace. `known` returns what is known about contacts, by id; `go_on` queues
    another invocation after some seconds."""

    caller: Caller
    leads: LeadRepository
    jobs: RescoringRepository
    workflows: LeadWorkflows
    contacts: ContactService
    known: Callable[[Sequence[str]], Mapping[str, Known]]
    go_on: Callable[[str | None, int], None]

    def run(self, workflow_id: str | None, enough_time: Callable[[], bool]) -> str:
        """Begin or continue the rescoring by the profile of a workflow, or by that of the
        workspace. Return the outcome for the log. Raises Contended."""
        job = self.jobs.get(workflow_id)
        if job is None or job.settled:
            return "nothing to do"
        try:
            return self._run(job, enough_time)
        except Stale:
            return "left to another worker"

    def _run(self, job: Rescoring, enough_time: Callable[[], bool]) -> str:
        if job.finished_at and (wait := _seconds_to_second_pass(job)) > 0:
            self.go_on(job.workflow_id, wait)
            return "waits for the second pass"
        if job.total is None:
            job = self.jobs.advance(job, total=self.leads.count_scored(job.workflow_id))
        of_workspace = self.leads.profile().profile
        while True:
            found, last = self.leads.from_the_first(job.workflow_id, PAGE, job.after)
            scored = [lead for lead in found if lead.score]
            self._rescore(scored, of_workspace)
            if last is None:
                return self._end(job, len(scored))
            checked = job.checked + (0 if job.finished_at else len(scored))
            job = self.jobs.advance(job, after=last, checked=checked)
            if not enough_time():
                self.go_on(job.workflow_id, 0)
                return "to be continued"

    def _end(self, job: Rescoring, checked: int) -> str:
        if job.finished_at:
            self.jobs.advance(job, after=None, settled=True)
            return "settled"
        checked += job.checked
        job = self.jobs.advance(
            job, after=None, checked=checked, total=checked, finished_at=clock.timestamp()
        )
        self.go_on(job.workflow_id, max(_seconds_to_second_pass(job), 0))
        return "completed"

    def _rescore(self, leads: Sequence[Lead], of_workspace: Profile) -> None:
        of_leads = {lead.workflow_id for lead in leads if lead.workflow_id}
        workflows = self.workflows.several(sorted(of_leads)) if of_leads else {}
        rules: dict[str | None, Rules] = {None: Rules(of_workspace)}
        for workflow_id, workflow in workflows.items():
            profile = workflow.settings.qualifies_by(of_workspace)
            rules[workflow_id] = Rules(profile, workflow.stages)
        stale = [
            (lead, of_lead)
            for lead in leads
            for of_lead in [rules.get(lead.workflow_id, rules[None])]
            if lead.scored_by != of_lead.profile.fingerprint()
        ]
        known = self.known([lead.contact_id for lead, _ in stale])
        parallel.each(
            lambda each: self._rescore_one(*each, known[each[0].contact_id]),
            [each for each in stale if each[0].contact_id in known],
        )

    def _rescore_one(self, lead: Lead, rules: Rules, known: Known) -> None:
        result = score(rules.profile, facts_of(*known))
        contact = known[0]
        had, has = (each.score / 100 for each in (lead.score, result) if each)
        if contact.fit_score == had != has:
            with suppress(ContactNotFound):
                self.contacts.update(contact.id, ContactUpdate(fit_score=has), None)
        for _ in attempts():
            after = rescored(lead, result, rules.profile, rules.stages)
            try:
                self.leads.change(
                    lead,
                    after,
                    decision_events(self.caller, lead, after),
                    check_open_actions(self.workflows, lead, after),
                )
            except LeadNotFound:
                return
            except ResourceNotFound:  # the workflow was deleted, and no worker would go on with it
                rules = Rules(rules.profile)
                continue
            except PreconditionFailed:
                now = self.leads.get(lead.id)
                if now is None or now.scored_by == rules.profile.fingerprint():
                    return
                lead = now
                continue
            return
        raise Contended("Others keep changing this lead")


def known_about(
    contact_ids: Sequence[str], research: ResearchRepository, companies: CompanyRepository
) -> dict[str, Known]:
    """Return what is known about those of the contacts that exist, by id."""
    found = research.get_many(list(dict.fromkeys(contact_ids)))
    company_ids = {contact.company_id for contact, _ in found.values() if contact.company_id}
    company_of = companies.get_many(sorted(company_ids))
    return {
        contact_id: (contact, company_of.get(contact.company_id or ""), findings)
        for contact_id, (contact, findings) in found.items()
    }


def _seconds_to_second_pass(job: Rescoring) -> int:
    at = clock.from_text(job.started_at) + SETTLE
    return -(-(at - clock.now()) // timedelta(seconds=1))

"""Example workflows, their runs, and their leads."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action
from outrider.kit.outbox import Event
from outrider.leads.events import lead_event
from outrider.leads.models import Lead
from outrider.leads.statuses.scores import fields_of
from outrider.qualification.profiles import Profile
from outrider.sandbox.models import Making
from outrider.sandbox.outreach import JourneyOutcome
from outrider.sandbox.people import People
from outrider.sandbox.stores import Stores
from outrider.workflows.models import Workflow
from outrider.workflows.runs.models import RunCounts, WorkflowRun

_BETWEEN_LEADS = timedelta(minutes=2)


@dataclass(slots=True)
class Pipeline:
    """One workflow with its first run, and the leads in it."""

    making: Making
    people: People
    workflow: Workflow
    run: WorkflowRun
    leads: list[tuple[Lead, list[Event]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def lead_id(self, who: str) -> str:
        """Return the id of the lead of a contact."""
        with self.making.at(clock.from_text(self.workflow.created_at)):
            return self.making.id("led", f"{self.workflow.name}/{who}")

    def wait(self, who: str) -> None:
        """Add a lead that no stage was carried out of."""
        self._add(self._new(who), [])

    def take(self, who: str, passed: JourneyOutcome | None = None) -> None:
        """Add a lead that was researched and scored, and was then contacted if `passed` is
        given."""
        lead = self._new(who)
        researched = clock.from_text(self.run.started_at) + len(self.leads) * _BETWEEN_LEADS
        with self.making.at(researched) as then:
            self.people.research(who)
            profile = self.workflow.settings.qualifies_by(Profile())
            result = self.people.score(who, profile)
            following = self.workflow.stage_after("qualify")
            waits = result.verdict == "qualified" and passed is None and following is not None
            lead = lead.model_copy(
                update={
                    **fields_of(result, profile),
                    "status": result.verdict,
                    "researched_at": then,
                    "run": self.run.number,
                    "stage": following if waits else None,
                    "staged_at": then if waits else None,
                    "updated_at": then,
                }
            )
            events = [self._event(result.verdict, lead, score=result.score)]
        self.counts.update(["entered", "researched", result.verdict])
        self.counts.update([] if waits else ["done"])
        if passed:
            self.counts.update(["enrolled"])
            lead, contacted = self._contacted(lead, passed)
            events += contacted
        self._add(lead, events)

    def add_actions(self, stores: Stores) -> list[list[Action]]:
        """Return the groups of writes of the workflow, its run and its leads."""
        runs, leads = stores.runs, stores.leads
        pending = sum(lead.stage is not None for lead, _ in self.leads)
        names, counted = self.run.names(), self._counted()
        with self.making.at(clock.from_text(self.run.started_at)):
            events = [self._run_event("started", pending=len(self.leads), **names)]
        if self.run.ended_at:
            with self.making.at(clock.from_text(self.run.ended_at)):
                events.append(self._run_event("completed", **names, **counted.model_dump()))
        groups: list[list[Action]] = [
            [runs.workflows.add_action(self.workflow)],
            [runs.add_action(self.run, events)],
            [*runs.count_actions(self.workflow, self.counts)],
        ]
        if pending:
            groups.append([leads.pending_action(self.workflow.id, pending)])
        groups += [leads.add_actions(lead, events) for lead, events in self.leads]
        return groups

    def _counted(self) -> RunCounts:
        return RunCounts.of(self.counts)

    def _new(self, who: str) -> Lead:
        created = self.workflow.created_at
        return Lead(
            id=self.lead_id(who),
            contact_id=self.people.contacts[who].id,
            workflow_id=self.workflow.id,
            stage=self.workflow.first_stage,
            staged_at=created,
            created_at=created,
            updated_at=created,
        )

    def _add(self, lead: Lead, events: list[Event]) -> None:
        with self.making.at(clock.from_text(lead.created_at)):
            self.leads.append((lead, [self._event("created", lead), *events]))

    def _contacted(self, lead: Lead, passed: JourneyOutcome) -> tuple[Lead, list[Event]]:
        enrollment = passed.enrollment
        first, replied_at = passed.messages[0][0], enrollment.replied_at
        ids = {"enrollment_id": enrollment.id, "campaign_id": enrollment.campaign_id}
        after = lead.model_copy(
            update={
                "status": "replied" if replied_at else "contacted",
                "enrollment_id": enrollment.id,
                "contacted_at": first.created_at,
                "replied_at": replied_at,
                "updated_at": replied_at or first.created_at,
            }
        )
        with self.making.at(clock.from_text(first.created_at)):
            events = [self._event("contacted", after, message_id=first.id, **ids)]
        if replied_at:
            with self.making.at(clock.from_text(replied_at) + timedelta(seconds=1)):
                events.append(self._event("replied", after, message_id=passed.replied_by, **ids))
        return after, events

    def _event(self, happened: str, lead: Lead, **data: Any) -> Event:
        return lead_event(self.making.caller, happened, lead, identity=lead.id, **data)

    def _run_event(self, happened: str, **data: Any) -> Event:
        return self.making.caller.event(f"workflow.{happened}", **data)

"""The example data of one sandbox, as groups of writes.

Everything is made of the models and written by the repositories of its domain, at a clock that is
frozen at each moment of the history. So the data has the current form of every item, and publishes
the events that would have been published then.
"""

from collections.abc import Sequence as Many
from datetime import datetime, timedelta
from typing import Any

from outrider.campaigns.models import WITH_WORKFLOW, Campaign
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action
from outrider.kit.outbox import Event
from outrider.mailboxes.models import Mailbox
from outrider.sandbox.examples import Examples, ExampleSequence
from outrider.sandbox.models import Making
from outrider.sandbox.outreach import Journeys, example_steps
from outrider.sandbox.people import People
from outrider.sandbox.pipelines import Pipeline
from outrider.sandbox.stores import Stores
from outrider.sequences.models import Sequence, Settings, Step
from outrider.workflows.models import Workflow, WorkflowSettings, campaign_of, own_sequence_of
from outrider.workflows.runs.models import WorkflowRun

_MAILBOX_DAYS = 60
"""Age of the mailbox, in days."""
_RUN_TAKES = timedelta(hours=1)
_BY = "engine"


class History:
    """All example data of one making."""

    def __init__(self, making: Making, given: Examples) -> None:
        self.making = making
        self.given = given
        self.people = People.of(making, given)
        self.mailbox = self._mailbox()
        self._sequences: list[tuple[Sequence, Many[Step], list[Event]]] = []
        self._campaigns: list[tuple[Campaign, list[Event]]] = []
        self._journeys: list[Journeys] = []
        self._pipelines: list[Pipeline] = []
        self._finished()
        self._paused()
        self._scoring()
        self._draft()

    def grouped_actions(self, stores: Stores) -> list[list[Action]]:
        """Return the groups of writes that make the data, without the mailbox; each group
        belongs into one transaction. Later groups may depend on earlier ones."""
        groups = self.people.add_actions(stores.contacts, stores.companies)
        for sequence, steps, events in self._sequences:
            groups.append([*stores.sequences.add_actions(sequence, steps, events)])
        groups += [[stores.campaigns.add_action(*each)] for each in self._campaigns]
        for journeys in self._journeys:
            groups += journeys.add_actions(stores)
        for pipeline in self._pipelines:
            groups += pipeline.add_actions(stores)
        groups += self._mailbox_actions(stores)
        return groups + self.people.research_actions(stores.research)

    def _mailbox(self) -> Mailbox:
        with self.making.at(self.making.ago(days=_MAILBOX_DAYS)) as now:
            return Mailbox(
                id=self.making.id("mbx", self.given.mailbox.email),
                **self.given.mailbox.model_dump(),
                min_gap_seconds=60,
                warmed=True,
                verified_by="operator",
                verified_at=now,
                created_at=now,
                updated_at=now,
            )

    def _mailbox_actions(self, stores: Stores) -> list[list[Action]]:
        """Return the writes that count the emails of the mailbox by day."""
        groups: list[list[Action]] = []
        cap = self.mailbox.daily_cap
        for journeys in self._journeys:
            for day, sent in journeys.sent_on.items():
                date = clock.from_text(f"{day}T12:00:00Z")
                with self.making.at(date):
                    taken = stores.mailboxes.take_action(self.mailbox.id, date.date(), cap, sent)
                groups.append([taken])
            for at in journeys.bounced_at:
                with self.making.at(at):
                    bounced = stores.mailboxes.record_action(self.mailbox.id, at.date(), "bounced")
                groups.append([bounced])
        return groups

    def _finished(self) -> None:
        """Add the campaign that is over."""
        given, start = self.given.finished, self.making.ago(days=self.given.finished.days_ago)
        sequence, steps = self._sequence(given, start, "finished", given.postal_address)
        with self.making.at(start):
            campaign_id = self.making.id("cam", given.name)
        sequence = sequence.model_copy(update={"campaign_id": campaign_id})
        campaign = _campaign(campaign_id, sequence, status="completed", has_audience=True)
        journeys = self._go(campaign, steps, start, over=True)
        journeys.go(given.journeys)
        names, enrolled = campaign.names(), len(journeys.passed)
        with self.making.at(start):
            created = self._event("campaign.created", **names)
            launched = self._event("campaign.launched", **names, enrolled=enrolled, by_filter=False)
            began = self._event("sequence.launched", **names, enrolled=enrolled)
        end = max(each.enrollment.updated_at for each in journeys.passed.values())
        changed = {"updated_at": end}
        with self.making.at(clock.from_text(end)):
            completed, finished = (
                self._event(name, **names) for name in ("campaign.completed", "sequence.finished")
            )
        sequence = sequence.model_copy(update=changed)
        campaign = campaign.model_copy(update=changed)
        self._sequences.append(
            (sequence, steps, [_created(self.making, sequence), began, finished])
        )
        self._campaigns.append((campaign, [created, launched, completed]))

    def _paused(self) -> None:
        """Add the workflow that contacts, and was paused."""
        given = self.given.paused
        begun = self.making.ago(days=given.days_ago)
        settings = WorkflowSettings(auto_review=True, daily_limit=50, profile=self.given.profile)
        workflow = self._workflow(given.name, begun, settings, ["research", "qualify", "contact"])
        workflow = workflow.model_copy(
            update={
                "status": "paused",
                "paused_reason": "person",
                "sequence_id": own_sequence_of(workflow.id),
                "owns_sequence": True,
            }
        )
        sequence, steps = self._sequence(given, begun, "paused", given.postal_address)
        campaign_id = campaign_of(workflow.id)
        sequence = sequence.model_copy(
            update={
                "id": own_sequence_of(workflow.id),
                "campaign_id": campaign_id,
                "workflow_id": workflow.id,
                "settings": settings.of_campaign(sequence.settings),
            }
        )
        campaign = _campaign(
            campaign_id,
            sequence,
            status="paused",
            paused_reason=WITH_WORKFLOW,
            workflow_id=workflow.id,
        )
        pipeline = self._pipeline(workflow, begun, over=False)
        sent = self.making.ago(days=given.sent_days_ago)
        journeys = self._go(campaign, steps, sent, over=False)
        whose = [journey.who for journey in given.journeys]
        journeys.lead_ids = {who: pipeline.lead_id(who) for who in whose}
        journeys.go(given.journeys)
        for who in whose:
            pipeline.take(who, journeys.passed[who])
        for who in given.scored:
            pipeline.take(who)
        for who in given.new:
            pipeline.wait(who)
        names = campaign.names()
        with self.making.at(begun):
            created = self._event("campaign.created", **names)
            launched = self._event("campaign.launched", **names, enrolled=0, by_filter=False)
        with self.making.at(self.making.ago(days=1)) as now:
            paused, stopped = (
                self._event(f"{what}.paused", reason=WITH_WORKFLOW, **names)
                for what in ("campaign", "sequence")
            )
        changed = {"updated_at": now}
        sequence = sequence.model_copy(update=changed)
        campaign = campaign.model_copy(update=changed)
        pipeline.workflow = workflow.model_copy(update=changed)
        self._sequences.append((sequence, steps, [_created(self.making, sequence), stopped]))
        self._campaigns.append((campaign, [created, launched, paused]))

    def _scoring(self) -> None:
        """Add the workflow that only scores, and whose run is over."""
        given = self.given.scoring
        begun = self.making.ago(days=given.days_ago)
        workflow = self._workflow(
            given.name, begun, WorkflowSettings(profile=self.given.profile), ["research", "qualify"]
        )
        pipeline = self._pipeline(workflow, begun, over=True)
        for who in given.leads:
            pipeline.take(who)

    def _draft(self) -> None:
        """Add the sequence that nobody has launched."""
        given = self.given.draft
        begun = self.making.ago(days=given.days_ago)
        sequence, steps = self._sequence(given, begun, "draft", None)
        self._sequences.append((sequence, steps, [_created(self.making, sequence)]))

    def _sequence(
        self, given: ExampleSequence, at: datetime, status: Any, postal_address: str | None
    ) -> tuple[Sequence, list[Step]]:
        with self.making.at(at) as now:
            steps = example_steps(self.making, given.name, given.steps)
            sequence = Sequence(
                id=self.making.id("seq", given.name),
                name=given.name,
                status=status,
                mailbox_pool=self.mailbox.mailbox_pool,
                settings=Settings(postal_address=postal_address),
                step_count=len(steps),
                created_at=now,
                updated_at=now,
            )
        return sequence, steps

    def _workflow(
        self, name: str, at: datetime, settings: WorkflowSettings, stages: list[Any]
    ) -> Workflow:
        with self.making.at(at) as now:
            return Workflow(
                id=self.making.id("wfl", name),
                name=name,
                stages=stages,
                settings=settings,
                run=1,
                created_at=now,
                updated_at=now,
            )

    def _pipeline(self, workflow: Workflow, begun: datetime, *, over: bool) -> Pipeline:
        with self.making.at(begun + timedelta(minutes=5)):
            run = WorkflowRun.new(workflow.id, 1, _BY)
        with self.making.at(begun + _RUN_TAKES):
            run = run.ended("completed") if over else run.turned("paused")
        pipeline = Pipeline(self.making, self.people, workflow, run)
        self._pipelines.append(pipeline)
        return pipeline

    def _go(
        self, campaign: Campaign, steps: Many[Step], start: datetime, *, over: bool
    ) -> Journeys:
        journeys = Journeys(
            making=self.making,
            people=self.people,
            campaign=campaign,
            steps=steps,
            mailbox=self.mailbox,
            replies=self.given.replies,
            start=start,
            over=over,
        )
        self._journeys.append(journeys)
        return journeys

    def _event(self, name: str, **data: Any) -> Event:
        return self.making.caller.event(name, **data)


def _created(making: Making, sequence: Sequence) -> Event:
    with making.at(clock.from_text(sequence.created_at)):
        return making.caller.event("sequence.created", sequence_id=sequence.id, name=sequence.name)


def _campaign(campaign_id: str, sequence: Sequence, **more: Any) -> Campaign:
    """Return the campaign that the sequence leads."""
    to_be = Campaign.to_be(sequence.model_copy(update={"campaign_id": campaign_id}))
    return to_be.model_copy(update=more)

"""Leads that were enrolled: events of the engine make them contacted, replied or failed.

Events may come more than once and in any order. The result depends only on which events came: the
times are those of the earliest ones, and a lead that was contacted or has replied cannot fail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from outrider.access.models import Caller
from outrider.events.models import RecordedEvent
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, transact
from outrider.kit.errors import Contended, PreconditionFailed
from outrider.kit.outbox import Event
from outrider.leads.errors import LeadNotFound
from outrider.leads.events import lead_event
from outrider.leads.models import Lead, LeadFailure, LeadStatus
from outrider.leads.repository import LeadRepository
from outrider.sequences.models import AUTOMATIC
from outrider.workflows.repository import WorkflowRepository

Happened = Literal["contacted", "replied", "ended"]

_DECIDED: frozenset[LeadStatus] = frozenset({"contacted", "replied", "failed", "disqualified"})
"""Statuses that the end of an enrollment leaves as they are."""


@dataclass(frozen=True, slots=True)
class OutreachEvent:
    """An event of the engine, as it concerns a lead. `at` is when it happened (RFC 3339), `data`
    the ids of the enrollment and of the message or reply."""

    happened: Happened
    at: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, event: RecordedEvent) -> "OutreachEvent | None":
        """Return the event as it concerns a lead, or None if it concerns none, as automatic replies
        do."""
        happened: Happened
        match event.event:
            case "email.sent" | "sms.sent" | "task.completed":
                happened = "contacted"
            case "reply.received" | "reply.classified":
                if event.data["classification"] in AUTOMATIC:
                    return None
                happened = "replied"
            case "enrollment.finished" | "enrollment.failed":
                happened = "ended"
            case _:
                return None
        return cls(happened, event.created_at, event.data) if "lead_id" in event.data else None


@dataclass(frozen=True, slots=True)
class OutreachFollower:
    """Follower of the outreach to the leads of one workspace. `was_written_to` returns whether
    anything of a campaign went out to a contact; strongly consistent."""

    caller: Caller
    leads: LeadRepository
    workflows: WorkflowRepository
    was_written_to: Callable[[str, str], bool]

    def follow(self, news: OutreachEvent) -> str:
        """Bring the lead up to date, and return what was done, for the log. Idempotent.

        Raises: Contended if others keep changing the lead.
        """
        for _ in attempts():
            lead = self.leads.get(news.data["lead_id"])
            if lead is None:
                return "gone"
            after = self._after(lead, news)
            if after == lead:
                return "nothing_new"
            try:
                events = self._events(lead, after, news)
                transact(
                    *self.leads.change_actions(lead, after, events),
                    *self._count_actions(lead, after),
                )
            except (LeadNotFound, PreconditionFailed):
                continue
            return after.status
        raise Contended("Others keep changing this lead")

    def _after(self, lead: Lead, news: OutreachEvent) -> Lead:
        match news.happened:
            case "contacted":
                return contacted(lead, news.at)
            case "replied":
                return replied(lead, news.at)
            case "ended":
                return self._ended(lead, news.data)

    def _ended(self, lead: Lead, data: Mapping[str, Any]) -> Lead:
        """Return the lead as failed if its enrollment ended before anything went out to it. If
        something did, the event that says so is still to come."""
        if lead.enrollment_id != data["enrollment_id"] or lead.contacted_at or lead.replied_at:
            return lead
        if lead.status in _DECIDED or self.was_written_to(data["contact_id"], data["campaign_id"]):
            return lead
        detail = (
            f"The enrollment ended as {data['status']} before anything was sent: {data['reason']}. "
            f"GET /v1/enrollments/{data['enrollment_id']}/explain says why"
        )
        failure = LeadFailure(code=data["reason"], detail=detail)
        return lead.at_stage(None, status="failed", failure=failure)

    def _count_actions(self, before: Lead, after: Lead) -> list[Action]:
        """Return the write that counts a lead that failed, or did not fail after all, in the run
        that enrolled it."""
        failed = [each for each in (before, after) if each.status == "failed"]
        if len(failed) != 1 or not (after.workflow_id and after.run):
            return []
        by = 1 if after in failed else -1
        counts = {"failed": by}
        if failure := failed[0].failure:
            counts[f"failed_{failure.code}"] = by
        return [self.workflows.run_counters(after.workflow_id, after.run).add_action(**counts)]

    def _events(self, before: Lead, after: Lead, news: OutreachEvent) -> list[Event]:
        """Return the events of what the lead reached with this change."""
        ids = {name: news.data[name] for name in ("enrollment_id", "campaign_id")}
        message_id = news.data.get("message_id")
        events = []
        if after.contacted_at and not before.contacted_at:
            first = news.data.get("in_reply_to", message_id)
            events.append(self._event("contacted", after, message_id=first, **ids))
        if after.replied_at and not before.replied_at:
            events.append(self._event("replied", after, message_id=message_id, **ids))
        return events

    def _event(self, happened: str, lead: Lead, **data: Any) -> Event:
        return lead_event(self.caller, happened, lead, identity=lead.id, **data)


def contacted(lead: Lead, at: str) -> Lead:
    """Return the lead as contacted at this time, if not before."""
    if lead.contacted_at:
        return lead if lead.contacted_at <= at else lead.changed(contacted_at=at)
    status = "replied" if lead.replied_at else "contacted"
    return lead.changed(status=status, contacted_at=at, failure=None)


def replied(lead: Lead, at: str) -> Lead:
    """Return the lead as having replied at this time, if not before, and so as contacted too."""
    if lead.replied_at:
        return lead if lead.replied_at <= at else lead.changed(replied_at=at)
    first = min(lead.contacted_at or at, at)
    return lead.changed(status="replied", replied_at=at, contacted_at=first, failure=None)

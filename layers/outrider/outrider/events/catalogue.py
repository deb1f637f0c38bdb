"""Every event there is, by name: `<family>.<what happened>`."""

from typing import Literal, get_args

EventName = Literal[
    "contact.created",
    "contact.updated",
    "contact.deleted",
    "contact.merged",
    "contact.unsubscribed",
    "contact.suppressed",
    "company.created",
    "company.updated",
    "company.deleted",
    "lead.created",
    "lead.qualified",
    "lead.disqualified",
    "lead.contacted",
    "lead.replied",
    "email.sent",
    "email.delivered",
    "email.opened",
    "email.clicked",
    "email.bounced",
    "email.complained",
    "email.failed",
    "email.skipped",
    "sms.sent",
    "sms.failed",
    "sms.skipped",
    "reply.received",
    "reply.classified",
    "reply.unmatched",
    "enrollment.created",
    "enrollment.paused",
    "enrollment.resumed",
    "enrollment.finished",
    "enrollment.failed",
    "sequence.created",
    "sequence.launched",
    "sequence.paused",
    "sequence.resumed",
    "sequence.finished",
    "campaign.created",
    "campaign.launched",
    "campaign.paused",
    "campaign.resumed",
    "campaign.completed",
    "campaign.guardrail_tripped",
    "workflow.started",
    "workflow.completed",
    "workflow.error",
    "mailbox.health_changed",
    "import.completed",
    "import.reverting",
    "import.reverted",
    "export.created",
    "export.completed",
    "webhook.test",
    "webhook.disabled",
    "api_key.created",
    "api_key.revoked",
    "credits.low",
    "credits.depleted",
    "credits.reset",
    "agent.run_completed",
    "agent.approval_requested",
    "task.due",
    "task.completed",
    "task.expired",
    "task.cancelled",
    "task.failed",
    "task.skipped",
]

NAMES: tuple[EventName, ...] = get_args(EventName)

HIGH_VOLUME: frozenset[EventName] = frozenset(
    {"email.sent", "email.delivered", "email.opened", "email.clicked", "sms.sent"}
)
"""One of each for every mail: whoever wants them asks for them by name, or for everything."""


def family(name: str) -> str:
    """`contact` of `contact.created`."""
    return name.partition(".")[0]


FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(family(name) for name in NAMES))

"""Every event there is, by name: `<family>.<what happened>`."""

from collections.abc import Collection, Sequence
from typing import Literal, get_args

from outrider.kit.text.suggestions import did_you_mean

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
    "reply.needs_review",
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
    "campaign.updated",
    "campaign.launched",
    "campaign.audience_added",
    "campaign.paused",
    "campaign.resumed",
    "campaign.completed",
    "campaign.guardrail_tripped",
    "workflow.started",
    "workflow.completed",
    "workflow.error",
    "mailbox.created",
    "mailbox.updated",
    "mailbox.deleted",
    "mailbox.health_changed",
    "import.awaiting_confirmation",
    "import.confirmed",
    "import.completed",
    "import.reverting",
    "import.reverted",
    "export.created",
    "export.completed",
    "webhook.test",
    "webhook.disabled",
    "webhook.replay_created",
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

NOT_SENT_YET: frozenset[EventName] = frozenset(
    {
        "lead.contacted",
        "lead.replied",
        "workflow.started",
        "workflow.completed",
        "workflow.error",
        "agent.run_completed",
        "agent.approval_requested",
    }
)
"""What they are about does not exist yet. They can be asked for, but are not offered, and have no
schema."""


def family(name: str) -> str:
    """`contact` of `contact.created`."""
    return name.partition(".")[0]


FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(family(name) for name in NAMES))

OFFERED: tuple[str, ...] = (
    *dict.fromkeys(f"{family(name)}.*" for name in NAMES if name not in NOT_SENT_YET),
    *(name for name in NAMES if name not in NOT_SENT_YET),
)
"""The families and names of events that can happen."""

OF_NOBODY: frozenset[EventName] = frozenset(
    name
    for name in NAMES
    if name == "reply.unmatched"
    or family(name)
    in {
        "company",
        "sequence",
        "campaign",
        "mailbox",
        "import",
        "export",
        "webhook",
        "api_key",
        "credits",
    }
)
"""Those that never name a contact: few beside the others, and found without looking at these."""

NEVER_BESIDE_A_CONTACT = frozenset({"com", "exp", "key", "rpl", "whk"})
"""Prefixes of ids that only events of OF_NOBODY name."""


def require_known(asked: Collection[str], more: Sequence[str] = ()) -> None:
    """Raises ValueError when there is no such event or family among these; `more` are known too."""
    known = (*more, *(f"{each}.*" for each in FAMILIES), *NAMES)
    if unknown := [each for each in asked if each not in known]:
        raise ValueError(
            f"There is no event {', '.join(unknown)}"
            + (did_you_mean(unknown[0], known) or ".")
            + f" Available are {', '.join((*more, *OFFERED))}"
        )


def chosen(asked: Collection[str]) -> frozenset[EventName]:
    """The events that names and families such as `contact.*` ask for. Raises ValueError when there
    is no such event or family."""
    require_known(asked)
    return frozenset(name for name in NAMES if name in asked or f"{family(name)}.*" in asked)

"""Catalogue of events by name: `<family>.<past participle>`, as `contact.created`."""

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
    "lead.approved",
    "lead.contacted",
    "lead.replied",
    "profile.updated",
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
    "llm_provider.stored",
    "llm_provider.deleted",
    "credits.low",
    "credits.depleted",
    "credits.reset",
    "agent.run_created",
    "agent.run_completed",
    "agent.tool_called",
    "agent.approval_requested",
    "agent.approval_decided",
    "agent.policy_updated",
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
"""Events that every email or SMS causes: a subscription includes them by name or by `*`, not by
family."""

NOT_SENT_YET: frozenset[EventName] = frozenset({})
"""Events of features that do not exist yet. Subscriptions may name them, but they are not offered
and have no schema."""


def family(name: str) -> str:
    """Return the family of an event: `contact` for `contact.created`."""
    return name.partition(".")[0]


FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(family(name) for name in NAMES))

OFFERED: tuple[str, ...] = (
    *dict.fromkeys(f"{family(name)}.*" for name in NAMES if name not in NOT_SENT_YET),
    *(name for name in NAMES if name not in NOT_SENT_YET),
)
"""Families and names of the events that can occur."""

OF_NOBODY: frozenset[EventName] = frozenset(
    name
    for name in NAMES
    if name == "reply.unmatched"
    or family(name)
    in {
        "agent",
        "company",
        "profile",
        "sequence",
        "campaign",
        "mailbox",
        "import",
        "export",
        "webhook",
        "api_key",
        "llm_provider",
        "credits",
        "workflow",
    }
)
"""Events that never name a contact. They are rare, and have index entries of their own, so listing
them does not read the whole feed."""

NEVER_BESIDE_A_CONTACT = frozenset({"agr", "apr", "com", "exp", "key", "rpl", "run", "whk"})
"""Id prefixes that occur only in events of OF_NOBODY."""


def require_known(asked: Collection[str], more: Sequence[str] = ()) -> None:
    """Raise ValueError if a name or family is unknown; `more` are accepted too."""
    known = (*more, *(f"{each}.*" for each in FAMILIES), *NAMES)
    if unknown := [each for each in asked if each not in known]:
        raise ValueError(
            f"There is no event {', '.join(unknown)}"
            + (did_you_mean(unknown[0], known) or ".")
            + f" Available are {', '.join((*more, *OFFERED))}"
        )


def chosen(asked: Collection[str]) -> frozenset[EventName]:
    """Return the events selected by names and families such as `contact.*`. Raises ValueError for
    an unknown one."""
    require_known(asked)
    return frozenset(name for name in NAMES if name in asked or f"{family(name)}.*" in asked)

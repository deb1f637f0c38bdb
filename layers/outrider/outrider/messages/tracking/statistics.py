"""Statistics of what happens to most messages, counted from the events that tell of it.

The relay writes these counts in the transaction that records the events (`events.recording`): so
each is counted once, a second or so later, and a step or a delivery notice writes nothing for them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from outrider.access.models import WorkspaceId
from outrider.campaigns.statistics.repository import Statistics
from outrider.events.models import StepCount
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.outbox import Event
from outrider.kit.settings import settings
from outrider.messages.models import MarkedTime, Message

_NAMES: Mapping[str, tuple[str, MarkedTime | None]] = {
    "email.sent": ("sent", None),
    "sms.sent": ("sent", None),
    "email.delivered": ("delivered", "delivered_at"),
    "email.opened": ("opened", "opened_at"),
    "email.clicked": ("clicked", "clicked_at"),
}
"""What is counted for an event, and which time of the message says on which day; that of the event
where none does."""


def counted(event: Event, item: Item) -> StepCount | None:
    """Return what is to be counted for an event that the `item` of a message carries; None where
    that is counted by whoever wrote the event."""
    if event.event not in _NAMES or not item["sk"].startswith("msg_"):
        return None
    name, time = _NAMES[event.event]
    if event.data.get("machine"):
        name, time = "opened_by_machine", "machine_opened_at"
    message = Message.from_item(item)
    at = getattr(message, time) if time else event.created_at
    return StepCount(message.campaign_id, message.step_id, message.variant_id, at, name)


def count_actions(workspace: WorkspaceId, counts: Sequence[StepCount]) -> list[Action]:
    """Return the writes that count them, one for each step, variant and day."""
    table = Table(settings().campaigns_table)
    summed: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    for each in counts:
        summed[each.step_day].update(Statistics.names_at(clock.from_text(each.at), each.name))
    return [
        Statistics(table, f"{workspace}#{campaign_id}").add_many_action(
            day, step_id, variant_id, names
        )
        for (campaign_id, step_id, variant_id, day), names in summed.items()
    ]

"""Statistics that are counted from message events: sent, delivered, opened, clicked.

The relay writes these counts in the transaction that records the events (`events.recording`). Each
event is counted once, about a second later, and the sending of a step or a delivery notice needs no
write for them.
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
"""Name of the statistic for each event, and the message's time field that decides the day; None for
the time of the event."""


def counted(event: Event, item: Item) -> StepCount | None:
    """Return the statistics increment for an event of the message in `item`; None if the writer of
    the event counts it."""
    if event.event not in _NAMES or not item["sk"].startswith("msg_"):
        return None
    name, time = _NAMES[event.event]
    if event.data.get("machine"):
        name, time = "opened_by_machine", "machine_opened_at"
    message = Message.from_item(item)
    at = getattr(message, time) if time else event.created_at
    return StepCount(message.campaign_id, message.step_id, message.variant_id, at, name)


def count_actions(workspace: WorkspaceId, counts: Sequence[StepCount]) -> list[Action]:
    """Return the writes that add the counts, one for each step, variant and day."""
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

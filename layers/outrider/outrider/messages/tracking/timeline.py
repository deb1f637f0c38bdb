"""Timeline events of a contact that are derived from its messages: sent, delivered, opened and
clicked. The event feed has no index from a contact to these events."""

from collections.abc import Callable, Iterable, Iterator

from outrider.access.models import WorkspaceId
from outrider.campaigns.enrollments import ids
from outrider.events.catalogue import EventName
from outrider.events.schemas import TimelineEvent
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table
from outrider.kit.settings import settings

_MARKS: tuple[tuple[str, EventName, str], ...] = (
    ("delivered_at", "email.delivered", "engine"),
    ("opened_at", "email.opened", "recipient"),
    ("machine_opened_at", "email.opened", "recipient"),
    ("clicked_at", "email.clicked", "recipient"),
)
_SENT: dict[str, EventName] = {"email": "email.sent", "sms": "sms.sent"}
_NAMES = ("campaign_id", "sequence_id", "step_id", "mailbox_id")


def marks_of(workspace: WorkspaceId) -> Callable[[str], Iterable[TimelineEvent]]:
    """Return a function from a contact's id to the timeline events of its messages, unordered."""
    table = Table(settings().messages_table)

    def read(contact_id: str) -> Iterator[TimelineEvent]:
        asked = Query(
            f"{workspace}#{contact_id}", "begins_with(#sk, :messages)", {"messages": "msg_"}
        )
        for item in table.every(asked):
            if item.get("direction", "out") == "out":
                yield from _told(contact_id, item)

    return read


def _told(contact_id: str, item: Item) -> Iterator[TimelineEvent]:
    names = {
        "message_id": item["sk"],
        "contact_id": contact_id,
        "enrollment_id": ids.of(item["campaign_id"], contact_id),
        **{name: item[name] for name in _NAMES if name in item},
    }
    sent = _SENT.get(item.get("channel", "email"))
    if sent and "sent_at" in item:
        yield _event(sent, item["sent_at"], "engine", names)
    for time, name, actor in _MARKS:
        if time in item:
            opened = {"machine": time == "machine_opened_at"} if name == "email.opened" else {}
            yield _event(name, item[time], actor, {**names, **opened})


def _event(name: EventName, at: str, actor: str, data: dict[str, object]) -> TimelineEvent:
    return TimelineEvent(id=None, event=name, created_at=at, actor=actor, data=data)

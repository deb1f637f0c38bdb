"""What a restored engine must know before it sends again.

Between the restored moment and the failure emails may have been sent that the copies do not know.
So all campaigns are paused; what the earlier tables still tell is carried over; and a step that may
have been sent is recorded as one of unknown outcome, which is never sent again by itself.
Clocks begin anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.models import (
    CLAIM_LEASE,
    QUEUED_LANE,
    STEP_LEASE,
    Enrollment,
    step_message_id,
)
from outrider.campaigns.wiring import control, run_check
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import ConditionFailed, Table
from outrider.kit.sweeps.segments import scan
from outrider.messages.models import MarkedTime, Message
from outrider.migrations.migrator import rewrite
from outrider.migrations.models import Rewrite
from outrider.migrations.wiring import table_of

RESTORED = "restored"
"""`paused_reason` of the campaigns that were running at the restored moment."""
_CLOCKS = (("campaigns_table", "cam_", "run"), ("leads_table", "wfl_", "clock"))
"""Table, first part of the sort key, and number of the clock."""
_PAGE = 500
_AFTERWARDS = {
    *get_args(MarkedTime),
    *("bounce", "bounce_reason", "replied_at", "classification", "classified_on"),
    outbox.ATTRIBUTE,
}
"""Attributes of a message that tell what became of it after it was sent."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between the restored moment and the failure. `earlier` are the tables of the failed
    stack as far as they can be read, by the name of their setting."""

    since: datetime
    until: datetime
    earlier: Mapping[str, Table]

    def close(self) -> dict[str, int]:
        """Do all of it, and return the counts. To be repeated after an interruption."""
        return {
            "campaigns paused": self._pause(),
            "suppressions carried over": self._carry("contacts_table", _is_suppression),
            "messages carried over": self._carry("messages_table", _is_sent, _when_sent),
            "steps held": self._hold(),
            "clocks renewed": self._renew(),
        }

    def _pause(self) -> int:
        found = run_check().running.overdue("~")
        for workspace, campaign in found:
            control(Caller.engine(workspace)).pause(campaign.id, RESTORED)
        return len(found)

    def _carry(
        self,
        setting: str,
        wanted: Callable[[Item], bool],
        kept: Callable[[Item], Item] = lambda item: item,
    ) -> int:
        """Copy what is `kept` of the items of an earlier table that came after the restored
        moment."""
        if setting not in self.earlier:
            return 0
        since, table, count = clock.to_text(self.since), table_of(setting), 0
        for item in _every(self.earlier[setting]):
            if wanted(item) and (item.get("by_campaign_sk") or item["created_at"]) >= since:
                try:
                    table.write(table.put_action(kept(item), "attribute_not_exists(#pk)"))
                except ConditionFailed:
                    continue
                count += 1
        return count

    def _hold(self) -> int:
        reads = ("state", "step_id", "due_at", "generation", "version")
        return _rewrite("enrollments_table", reads, self._held)

    def _renew(self) -> int:
        """Number the next clock of each campaign and workflow higher than any before. The numbers
        of the lost time would come again, and Step Functions starts no second execution of a name;
        nor must an execution of that time go on."""
        return sum(
            _rewrite(table, (name,), self._renewed(prefix, name)) for table, prefix, name in _CLOCKS
        )

    def _renewed(self, prefix: str, name: str) -> Rewrite:
        number = int(self.until.timestamp())

        def renewed(item: Item) -> dict[str, Any] | None:
            is_one = str(item["sk"]).startswith(prefix) and "status" in item
            if not is_one or item.get(name, 0) >= number:
                return None
            return {name: number, outbox.ATTRIBUTE: None}

        return renewed

    def _held(self, item: Item) -> dict[str, Any] | None:
        """Return the fields of a claim whose worker died, for a step that may have been sent."""
        if item.get("state") != "active" or not item.get("step_id") or "due_at" not in item:
            return None
        enrollment = Enrollment.from_item(item)
        due = clock.from_text(item["due_at"]) - (STEP_LEASE if enrollment.queued else timedelta())
        if due > self.until:
            return None
        workspace = str(item["pk"]).partition("#")[0]
        message_id = step_message_id(workspace, enrollment, enrollment.step_id or "")
        key = f"{workspace}#{enrollment.contact_id}", message_id
        if table_of("messages_table").get(*key) or not self._may_be_sent(item, message_id):
            return None
        lease = clock.to_text(self.until + CLAIM_LEASE)
        return {
            "state": "sending",
            "sending": message_ids.own(message_id),
            "claimed_until": lease,
            "due_at": lease,
            "by_due_sk": f"{QUEUED_LANE}{lease}",
            "version": item["version"] + 1,
            "_events": None,
        }

    def _may_be_sent(self, item: Item, message_id: str) -> bool:
        """Return False if an earlier table says that the step was neither sent nor claimed."""
        earlier = self.earlier.get("enrollments_table")
        if earlier is None or "messages_table" not in self.earlier:
            return True
        last = earlier.get(item["pk"], item["sk"])
        return last is None or last.get("sending") == message_ids.own(message_id)


def _rewrite(setting: str, reads: tuple[str, ...], new_values: Rewrite) -> int:
    """Rewrite the items of a table, and return how many were changed. No progress is stored: after
    an interruption, or with other arguments, every item is looked at again."""
    table = table_of(setting)
    return sum(rewrite(table, item, reads, new_values) for item in _every(table))


def _every(table: Table) -> Iterator[Item]:
    after: Item | None = None
    while True:
        page = scan(table, segment=0, of=1, after=after, limit=_PAGE)
        yield from page.items
        after = page.last_key
        if after is None:
            return


def _is_suppression(item: Item) -> bool:
    return str(item["pk"]).endswith("#sup")


def _is_sent(item: Item) -> bool:
    return str(item["sk"]).startswith("msg_") and item.get("state") in ("sent", "unknown")


def _when_sent(item: Item) -> Item:
    """Return a message as it was when it was sent, with its event. What became of it afterwards is
    not in the statistics of the copies: it is lost, or comes again with the emails that are read
    again."""
    message = Message.from_item(item)
    bare = {name: value for name, value in item.items() if name not in _AFTERWARDS}
    if message.state != "sent":
        return bare
    workspace = WorkspaceId(str(item["pk"]).partition("#")[0])
    event = Caller.engine(workspace).event(
        f"{message.family}.sent", identity=message.id, **message.names()
    )
    sent = event.model_copy(update={"created_at": message.sent_at})
    return {**bare, **outbox.attribute([sent], message.names())}

"""DynamoDB repository of mailboxes: keys, expressions and items.

A mailbox is the item `<workspace>` / `mbx_…`. The item `<workspace>#mailbox` / `<address>` makes
its address unique in the workspace. While it is verified, `inbox#<address>` / `<workspace>` routes
inbound email to it. Emails sent, bounced, complained and refused on a day are counted in
`<workspace>#mbx_…` / `day#<yyyy-mm-dd>`. The end of its planned slots is in `<workspace>#mbx_…` /
`gap`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from outrider.access.models import WorkspaceId
from outrider.kit import clock, hourly_counts, ids
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event, attribute
from outrider.kit.text.addresses import folded
from outrider.mailboxes.errors import MailboxNotFound, MailboxTaken
from outrider.mailboxes.health.assessment import EmailCounts
from outrider.mailboxes.health.guardrail import SPAN
from outrider.mailboxes.inboxes import inbox_pk
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.pools.repository import PoolRepository

_USAGE_LIFE = timedelta(days=35)
_GAP = "gap"
Key = tuple[Table, str, str]
Outcome = Literal["bounced", "complained", "refused"]


@dataclass(frozen=True, slots=True)
class MailboxUsage:
    """Emails counted against a day's cap (`used`), and the end of the slots planned so far
    (`free_at`, RFC 3339; None if no slot was ever planned)."""

    used: int
    free_at: str | None


@dataclass(frozen=True, slots=True)
class MailboxCounts:
    """A mailbox with its email outcomes of some days (`counts`) and of the last 24 hours
    (`last_hours`), and the emails counted against today's cap."""

    mailbox: Mailbox
    counts: EmailCounts
    last_hours: EmailCounts
    used_today: int


@dataclass(frozen=True, slots=True)
class MailboxRepository:
    """Mailboxes of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(
        self, mailbox: Mailbox, events: Sequence[Event] = (), also: Sequence[Action] = ()
    ) -> None:
        """Create the mailbox, reserve its address and count it in its pool, in one transaction with
        the writes of `also`.

        Raises MailboxTaken if the address is in use, ValidationFailed if the pool does not exist,
        and PoolFull.
        """
        claim = {**self._claim_key(mailbox), "mailbox_id": mailbox.id}
        free = "attribute_not_exists(#pk)"
        try:
            transact(
                self.table.put_action({**self._item(mailbox), **attribute(events)}, free),
                self.table.put_action(claim, free),
                *self._inbox_actions(mailbox),
                self._pools.join_action(mailbox.mailbox_pool),
                *also,
            )
        except TransactionFailed as failure:
            owner = failure.reasons[1].item or {}
            raise MailboxTaken(str(owner.get("mailbox_id"))) from failure

    def get(self, mailbox_id: str) -> Mailbox | None:
        item = self.table.get(self.workspace, mailbox_id)
        return Mailbox.model_validate(item) if item else None

    def require(self, mailbox_id: str) -> Mailbox:
        """Return the mailbox. Raises MailboxNotFound, also if the id is malformed."""
        found = self.get(mailbox_id) if ids.is_id("mbx", mailbox_id) else None
        if found is None:
            raise MailboxNotFound
        return found

    def is_own(self, address: str) -> bool:
        """Return whether this normalised address belongs to a verified mailbox of the workspace."""
        return self.table.get(inbox_pk(address), self.workspace) is not None

    def get_with_usage(self, mailbox_id: str, day: date) -> tuple[Mailbox, int] | None:
        """Return the mailbox and the number of emails counted against its cap on `day`; None if it
        does not exist."""
        found = batch_get(
            [self.key(mailbox_id), (self.table, self._usage_pk(mailbox_id), _usage_sk(day))]
        )
        item = found.pop((self.table.name, self.workspace, mailbox_id), None)
        if item is None:
            return None
        return Mailbox.model_validate(item), sum(
            int(each.get("used", 0)) for each in found.values()
        )

    def list(
        self, limit: int, after: Item | None, pool: str | None = None
    ) -> tuple[list[Mailbox], Item | None]:
        """Return a page of mailboxes, oldest first, and the key to continue after; None on the last
        page."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "mbx_", **({"pool": pool} if pool else {})},
                filter="#mailbox_pool = :pool" if pool else "",
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Mailbox.model_validate(item) for item in page.items], page.last_key

    def of_pool(self, pool: str) -> Sequence[Mailbox]:
        """Return all mailboxes of a pool. It reads every mailbox of the workspace: tens, not
        thousands."""
        mailboxes: list[Mailbox] = []
        after: Item | None = None
        while True:
            page, after = self.list(100, after, pool)
            mailboxes += page
            if after is None:
                return mailboxes

    def change(
        self,
        before: Mailbox,
        after: Mailbox,
        events: Sequence[Event] = (),
        also: Sequence[Action] = (),
    ) -> None:
        """Write the mailbox under optimistic lock, in one transaction with the writes of `also`;
        update the counts of its pools and the inbox routing if they change.

        Raises Stale if its version is not that of `before`; ValidationFailed if the new pool does
        not exist; PoolFull.
        """
        put = self.table.put_action(
            {**self._item(after), **attribute(events)}, "#version = :seen", seen=before.version
        )
        moved: list[Action] = []
        if after.mailbox_pool != before.mailbox_pool:
            moved += [
                self._pools.leave_action(before.mailbox_pool),
                self._pools.join_action(after.mailbox_pool),
            ]
        if after.verified_by != before.verified_by:
            moved += self._inbox_actions(after) or [
                self.table.delete_action(**self._inbox_key(after))
            ]
        try:
            self.table.write(put, [*moved, *also])
        except ConditionFailed as failure:
            raise Stale from failure

    def remove(
        self, mailbox: Mailbox, events: Sequence[Event], also: Sequence[Action] = ()
    ) -> None:
        """Delete the mailbox with its address reservation, inbox routing and gap, in one
        transaction with the writes of `also`. Its daily counts expire by TTL.

        Raises Stale if the mailbox has changed since it was read.
        """
        try:
            transact(
                self.table.delete_action(
                    self.workspace, mailbox.id, "#version = :seen", seen=mailbox.version
                ),
                self.table.delete_action(**self._claim_key(mailbox)),
                self.table.delete_action(**self._inbox_key(mailbox)),
                self.table.delete_action(self._usage_pk(mailbox.id), _GAP),
                self._pools.leave_action(mailbox.mailbox_pool, events),
                *also,
            )
        except TransactionFailed as failure:
            raise Stale from failure

    def key(self, mailbox_id: str) -> Key:
        """Return the table and primary key of a mailbox, as `kit.aws.dynamodb.batch_get` needs
        them."""
        return self.table, self.workspace, mailbox_id

    def existing(self, mailbox_ids: Iterable[str]) -> Sequence[Mailbox]:
        """Return the mailboxes that exist among these ids, in any pool."""
        found = batch_get(self.key(mailbox_id) for mailbox_id in sorted(mailbox_ids))
        return [Mailbox.model_validate(item) for item in found.values()]

    def usage(self, mailbox_ids: Iterable[str], day: date) -> dict[str, MailboxUsage]:
        """Return for each mailbox the emails counted against its cap on `day`, and the end of its
        planned slots."""
        wanted = list(mailbox_ids)
        keys = [
            (self.table, self._usage_pk(mailbox_id), sk)
            for mailbox_id in wanted
            for sk in (_usage_sk(day), _GAP)
        ]
        found = batch_get(keys)

        def item(mailbox_id: str, sk: str) -> Item:
            return found.get((self.table.name, self._usage_pk(mailbox_id), sk), {})

        return {
            mailbox_id: MailboxUsage(
                used=int(item(mailbox_id, _usage_sk(day)).get("used", 0)),
                free_at=item(mailbox_id, _GAP).get("free_at"),
            )
            for mailbox_id in wanted
        }

    def counts(self, mailbox_ids: Iterable[str], days: Sequence[date]) -> dict[str, EmailCounts]:
        """Return the email outcomes (sent, bounced, complained, refused) of each mailbox, summed
        over `days`."""
        wanted = list(mailbox_ids)
        found = batch_get(key for mailbox_id in wanted for key in self._day_keys(mailbox_id, days))
        totals = dict.fromkeys(wanted, EmailCounts())
        by_partition = {self._usage_pk(mailbox_id): mailbox_id for mailbox_id in wanted}
        for (_, pk, _), item in found.items():
            totals[by_partition[pk]] += _counts(item)
        return totals

    def get_with_counts(self, mailbox_id: str, days: Sequence[date]) -> MailboxCounts | None:
        """Return the mailbox with its email outcomes on `days`, of which the first must be today;
        None if it does not exist."""
        found = batch_get([self.key(mailbox_id), *self._day_keys(mailbox_id, days)])
        item = found.pop((self.table.name, self.workspace, mailbox_id), None)
        if item is None:
            return None
        pk, table = self._usage_pk(mailbox_id), self.table.name
        by_day = [(day, found.get((table, pk, _usage_sk(day)), {})) for day in days]
        return MailboxCounts(
            mailbox=Mailbox.model_validate(item),
            counts=sum(map(_counts, found.values()), EmailCounts()),
            last_hours=_counts_since(by_day, clock.now() - SPAN),
            used_today=int(by_day[0][1].get("used", 0)),
        )

    def record_action(self, mailbox_id: str, day: date, name: Outcome) -> Action:
        """Return the write that counts a bounce, complaint or refusal of one email. Sent emails are
        not counted here: `take_action` has counted them against the cap."""
        return self.table.update_action(
            self._usage_pk(mailbox_id),
            _usage_sk(day),
            changes(set={"ttl": _usage_ttl(day)}, add=_by_hour(day, name, 1)),
        )

    def reserve_action(self, mailbox_id: str, seen: str | None, free_at: str) -> Action:
        """Return the write that reserves the mailbox's slots up to `free_at`, under optimistic
        lock: the end of its slots must still be `seen` (None if it had none)."""
        return self.table.update_action(
            self._usage_pk(mailbox_id),
            _GAP,
            "SET #free_at = :free_at",
            "#free_at = :seen" if seen else "attribute_not_exists(#free_at)",
            free_at=free_at,
            **({"seen": seen} if seen else {}),
        )

    def take_action(self, mailbox_id: str, day: date, cap: int, count: int) -> Action:
        """Return the write that counts `count` emails against the day's cap, on condition that it
        has room for them."""
        return self.table.update_action(
            self._usage_pk(mailbox_id),
            _usage_sk(day),
            changes(set={"ttl": _usage_ttl(day)}, add=_by_hour(day, "used", count)),
            "attribute_not_exists(#used) OR #used <= :most",
            most=cap - count,
        )

    def give_back_action(self, mailbox_id: str, day: date, count: int) -> Action:
        """Return the write that undoes `take_action` for emails that were not sent."""
        return self.table.update_action(
            self._usage_pk(mailbox_id),
            _usage_sk(day),
            changes(add=_by_hour(day, "used", -count)),
        )

    @property
    def _pools(self) -> PoolRepository:
        return PoolRepository(self.table, self.workspace)

    def _item(self, mailbox: Mailbox) -> Item:
        return {
            **mailbox.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": mailbox.id,
        }

    def _claim_key(self, mailbox: Mailbox) -> dict[str, str]:
        return {"pk": f"{self.workspace}#mailbox", "sk": folded(mailbox.email)}

    def _inbox_key(self, mailbox: Mailbox) -> dict[str, str]:
        return {"pk": inbox_pk(mailbox.email), "sk": self.workspace}

    def _inbox_actions(self, mailbox: Mailbox) -> Sequence[Action]:
        """Return the write that routes inbound email to the mailbox; none if it is not verified."""
        if not mailbox.is_verified:
            return []
        inbox = {"mailbox_id": mailbox.id, "verified_by": mailbox.verified_by}
        return [self.table.put_action({**self._inbox_key(mailbox), **inbox})]

    def _day_keys(self, mailbox_id: str, days: Iterable[date]) -> Sequence[Key]:
        return [(self.table, self._usage_pk(mailbox_id), _usage_sk(day)) for day in days]

    def _usage_pk(self, mailbox_id: str) -> str:
        return f"{self.workspace}#{mailbox_id}"


def _usage_sk(day: date) -> str:
    return f"day#{day.isoformat()}"


def _counts(item: Item) -> EmailCounts:
    refused = int(item.get("refused", 0))
    return EmailCounts(
        sent=max(0, int(item.get("used", 0)) - refused),
        bounced=int(item.get("bounced", 0)),
        complained=int(item.get("complained", 0)),
        refused=refused,
    )


def _counts_since(by_day: Sequence[tuple[date, Item]], moment: datetime) -> EmailCounts:
    """Return the email outcomes of the hours that began after `moment`."""
    refused = hourly_counts.total(by_day, "refused", moment)
    return EmailCounts(
        sent=max(0, hourly_counts.total(by_day, "used", moment) - refused),
        bounced=hourly_counts.total(by_day, "bounced", moment),
        complained=hourly_counts.total(by_day, "complained", moment),
        refused=refused,
    )


def _by_hour(day: date, name: str, count: int) -> dict[str, int]:
    """Return the increments of the day's counter and, if `day` is today, of the current hour's."""
    return {each: count for each in (name, hourly_counts.attribute(day, name)) if each}


def _usage_ttl(day: date) -> int:
    expires = datetime.combine(day, time.min, tzinfo=UTC) + _USAGE_LIFE
    return int(expires.timestamp())

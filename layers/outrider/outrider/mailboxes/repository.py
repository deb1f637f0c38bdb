"""Keys, expressions and items of mailboxes.

A mailbox is `<workspace>` / `mbx_…`; its address is claimed by `<workspace>#mailbox` / `<address>`,
and mail that comes in for it finds the workspace at `inbox#<address>` / `<workspace>`. What it has
sent on a day is counted at `<workspace>#mbx_…` / `day#<yyyy-mm-dd>`, and the end of the slots
planned for it stands at `<workspace>#mbx_…` / `gap`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from outrider.access.models import WorkspaceId
from outrider.kit.attributes import Item
from outrider.kit.dynamo import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.mailboxes.models import Mailbox

_USAGE_LIFE = timedelta(days=3)
_GAP = "gap"


@dataclass(frozen=True, slots=True)
class Usage:
    """Mails taken of a day's cap; `free_at` (RFC 3339) is the end of the slots planned so far."""

    used: int
    free_at: str | None


class MailboxTaken(Exception):
    """The address belongs to the mailbox `owner`."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class MailboxRepository:
    """Mailboxes of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, mailbox: Mailbox, also: Sequence[Action] = ()) -> None:
        """`also` are writes of the same transaction. Raises MailboxTaken."""
        item = {
            **mailbox.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": mailbox.id,
        }
        claim = {
            "pk": f"{self.workspace}#mailbox",
            "sk": mailbox.email,
            "mailbox_id": mailbox.id,
        }
        inbox = {
            "pk": inbox_pk(mailbox.email),
            "sk": self.workspace,
            "mailbox_id": mailbox.id,
        }
        free = "attribute_not_exists(#pk)"
        try:
            transact(
                self.table.put(item, free),
                self.table.put(claim, free),
                self.table.put(inbox),
                *also,
            )
        except TransactionFailed as failure:
            owner = failure.reasons[1].item or {}
            raise MailboxTaken(str(owner.get("mailbox_id"))) from failure

    def list(
        self, limit: int, after: Item | None, pool: str | None = None
    ) -> tuple[list[Mailbox], Item | None]:
        """Oldest first."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "mbx_", **({"pool": pool} if pool else {})},
                filter="#pool = :pool" if pool else "",
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Mailbox.model_validate(item) for item in page.items], page.last_key

    def of_pool(self, pool: str) -> Sequence[Mailbox]:
        """All mailboxes of a pool; a workspace has tens of mailboxes, not thousands."""
        mailboxes: list[Mailbox] = []
        after: Item | None = None
        while True:
            page, after = self.list(100, after, pool)
            mailboxes += page
            if after is None:
                return mailboxes

    def key(self, mailbox_id: str) -> tuple[Table, str, str]:
        """Where a mailbox is, for `kit.dynamo.batch_get`."""
        return self.table, self.workspace, mailbox_id

    def usage(self, mailbox_ids: Iterable[str], day: date) -> dict[str, Usage]:
        """What each mailbox has taken of its cap on `day`, and when its minimum gap is over."""
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
            mailbox_id: Usage(
                used=int(item(mailbox_id, _usage_sk(day)).get("used", 0)),
                free_at=item(mailbox_id, _GAP).get("free_at"),
            )
            for mailbox_id in wanted
        }

    def reserve(self, mailbox_id: str, seen: str | None, free_at: str) -> bool:
        """Take the mailbox's slots up to `free_at`. False when another plan took some since."""
        action = self.table.update(
            self._usage_pk(mailbox_id),
            _GAP,
            "SET #free_at = :free_at",
            "#free_at = :seen" if seen else "attribute_not_exists(#free_at)",
            free_at=free_at,
            **({"seen": seen} if seen else {}),
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True

    def take(self, mailbox_id: str, day: date, cap: int) -> Action:
        """Take one mail of the day's cap, if there is one left."""
        expires = datetime.combine(day, time.min, tzinfo=UTC) + _USAGE_LIFE
        return self.table.update(
            self._usage_pk(mailbox_id),
            _usage_sk(day),
            "SET #ttl = :ttl ADD #used :one",
            "attribute_not_exists(#used) OR #used < :cap",
            cap=cap,
            one=1,
            ttl=int(expires.timestamp()),
        )

    def give_back(self, mailbox_id: str, day: date) -> Action:
        """Undo `take` for a mail that was not sent."""
        return self.table.update(
            self._usage_pk(mailbox_id), _usage_sk(day), "ADD #used :minus", minus=-1
        )

    def _usage_pk(self, mailbox_id: str) -> str:
        return f"{self.workspace}#{mailbox_id}"


@dataclass(frozen=True, slots=True)
class Inboxes:
    """The mailboxes of all workspaces, found by their address."""

    table: Table

    def find(self, address: str) -> list[tuple[WorkspaceId, str]]:
        """Workspaces that have a mailbox with this normalised address, and its id there. More than
        one may say that an address is theirs."""
        page = self.table.query(Query(inbox_pk(address), consistent=True))
        return [(WorkspaceId(str(item["sk"])), str(item["mailbox_id"])) for item in page.items]


def inbox_pk(address: str) -> str:
    return f"inbox#{address.lower()}"


def _usage_sk(day: date) -> str:
    return f"day#{day.isoformat()}"

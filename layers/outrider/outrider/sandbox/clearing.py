"""Deletion of everything in a sandbox but what belongs to the account.

What contains the ids of other items is deleted after them, so that a deletion that was interrupted
finds the rest. Enrollments go first: without them no worker can send, record or continue anything.
Claims and counts go after the items that they are of, and everything goes again if something was
created in between: else an address would stay taken by a contact that is gone. A page of a few
hundred items is deleted at a time.

These stay: API keys, stored responses, webhooks with their deliveries, providers of language
models, the policy of agents, the ledger and the usage, and the feed of events.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TypeVar

from outrider.access.models import WorkspaceId
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.kit import parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import WRITE_AT_ONCE, Action, Query, Table, batch_write
from outrider.mailboxes.inboxes import inbox_pk

_AT_ONCE = 8 * WRITE_AT_ONCE
"""Maximum number of items of a page."""
_OF_CONTACTS = (
    *("email", "merged", "research", "site", "erased", "sup", "touch", "count"),
    *("marks#con", "marks#com"),
)
"""Partitions of the contacts table that contacts, imports and suppressions have beside them."""
_PARENTS = ("cam_", "seq_", "mbx_")
_OF_CAMPAIGNS = ("mailbox", "count", "test", "smtp")
_STAYS_OF_AGENTS = "policy"
_ROUNDS = 5
"""How often everything is deleted at most while others keep creating."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clearing:
    """Deletion in the sandbox of one workspace, in the tables named. The tokens that the search of
    contacts uses are deleted by their own worker, from the stream."""

    workspace: WorkspaceId
    contacts: Table
    companies: Table
    leads: Table
    campaigns: Table
    enrollments: Table
    messages: Table
    agents: Table

    def __post_init__(self) -> None:
        if self.workspace.mode != "test":
            raise ValueError(f"{self.workspace} is no sandbox")

    def pages(self) -> Iterator[None]:
        """Delete one page after another; yield after each."""
        for _ in range(_ROUNDS):
            yield from self._outreach()
            yield from self._leads()
            yield from self._people()
            yield from self._agents()
            # A worker that was sending as its enrollment went has recorded the contact once more.
            yield from self._wipe(self.contacts, "touch")
            if self._is_empty():
                break

    def _is_empty(self) -> bool:
        tables = (self.contacts, self.companies, self.leads, self.campaigns)
        return not any(any(self._keys(table, self.workspace)) for table in tables)

    def _outreach(self) -> Iterator[None]:
        own = partial(self._own, self.campaigns)
        for campaign in own("cam_"):
            yield from self._enrollments(campaign["sk"])
            yield from self._wipe(self.enrollments, f"{campaign['sk']}#skipped")
        for some in _batches(chain.from_iterable(own(each, "#email") for each in _PARENTS)):
            for parent in some:
                yield from self._wipe(self.campaigns, parent["sk"])
            inboxes = [inbox_pk(each["email"]) for each in some if "email" in each]
            yield from self._delete(self.campaigns, ((each, self.workspace) for each in inboxes))
            yield from self._delete(self.campaigns, map(_place, some))
        yield from self._wipe(self.messages, "unmatched")
        yield from self._wipe(self.campaigns, but=_PARENTS)
        for partition in _OF_CAMPAIGNS:
            yield from self._wipe(self.campaigns, partition)

    def _enrollments(self, campaign_id: str) -> Iterator[None]:
        """Delete the enrollments of a campaign, and then the messages of their contacts."""
        pk = f"{self.workspace}#{campaign_id}"
        for some in _batches(self._keys(self.enrollments, pk)):
            contact_ids = [key["sk"] for key in some if key["sk"].startswith("con_")]
            found = parallel.each(self._messages_of, contact_ids) if contact_ids else []
            yield from self._delete(self.messages, (key for keys in found for key in keys))
            yield from self._delete(self.enrollments, map(_place, some))

    def _messages_of(self, contact_id: str) -> Sequence[tuple[str, str]]:
        return [*map(_place, self._keys(self.messages, f"{self.workspace}#{contact_id}"))]

    def _enrollments_of(self, contact_id: str) -> Sequence[tuple[str, str]]:
        """Return the keys of the enrollments of a contact, also in campaigns that were deleted."""
        asked = Query(f"{self.workspace}#{contact_id}", index="by_contact")
        return [*map(_place, self.enrollments.every(asked))]

    def _leads(self) -> Iterator[None]:
        for workflow in self._own(self.leads, "wfl_", "#run"):
            for number in range(1, workflow.get("run", 0) + 1):
                yield from self._wipe(self.leads, f"{workflow['sk']}#{number:06d}")
            yield from self._wipe(self.leads, workflow["sk"])
            yield from self._delete(self.leads, [_place(workflow)])
        yield from self._wipe(self.leads, but=("wfl_",))
        yield from self._wipe(self.leads, "lead")

    def _people(self) -> Iterator[None]:
        for job in self._own(self.contacts, "imp_"):
            yield from self._wipe(self.contacts, job["sk"])
            yield from self._delete(self.contacts, [_place(job)])
        bounces = GlobalBounces(self.contacts, self.workspace)
        attributes = ("#email", "#other_emails")
        for some in _batches(self._own(self.contacts, "con_", *attributes)):
            addresses = [
                address for each in some for address in (each["email"], *each["other_emails"])
            ]
            yield from self._delete(self.contacts, {bounces.key(each)[1:] for each in addresses})
            for table, keys_of in (
                (self.messages, self._messages_of),
                (self.enrollments, self._enrollments_of),
            ):
                found = parallel.each(keys_of, [each["sk"] for each in some])
                yield from self._delete(table, (key for keys in found for key in keys))
            yield from self._delete(self.contacts, map(_place, some))
        yield from self._wipe(self.contacts, but=("con_", "imp_"))
        for partition in _OF_CONTACTS:
            yield from self._wipe(self.contacts, partition)
        yield from self._wipe(self.companies)
        for partition in ("domain", "count", "marks#com"):
            yield from self._wipe(self.companies, partition)

    def _agents(self) -> Iterator[None]:
        for run in self._own(self.agents, "agr_"):
            yield from self._wipe(self.agents, "#".join(("steps", run["sk"])))
        kept = (self.workspace, _STAYS_OF_AGENTS)
        keys = map(_place, self._keys(self.agents, self.workspace))
        yield from self._delete(self.agents, (key for key in keys if key != kept))

    def _own(self, table: Table, prefix: str, *attributes: str) -> Iterator[Item]:
        """Yield what the table has under the workspace itself, by prefix of the sort key."""
        return table.every(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": prefix},
                projection=", ".join(("#pk, #sk", *attributes)),
                consistent=True,
            )
        )

    def _keys(self, table: Table, pk: str) -> Iterator[Item]:
        return table.every(Query(pk, projection="#pk, #sk", consistent=True))

    def _wipe(
        self, table: Table, partition: str = "", *, but: tuple[str, ...] = ()
    ) -> Iterator[None]:
        """Delete all items of a partition of the workspace, or of its own one, but those with these
        prefixes of the sort key, which are deleted with what belongs to them."""
        pk = f"{self.workspace}#{partition}" if partition else self.workspace
        keys = (key for key in self._keys(table, pk) if not key["sk"].startswith(but))
        return self._delete(table, map(_place, keys))

    def _delete(self, table: Table, keys: Iterable[tuple[str, str]]) -> Iterator[None]:
        for some in _batches(keys):
            actions: list[Action] = [table.delete_action(*key) for key in some]
            parallel.chunks(batch_write, actions, WRITE_AT_ONCE)
            yield


def _batches(things: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of up to _AT_ONCE elements, as itertools.batched does from Python 3.12 on."""
    left = iter(things)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch


def _place(item: Item) -> tuple[str, str]:
    return item["pk"], item["sk"]

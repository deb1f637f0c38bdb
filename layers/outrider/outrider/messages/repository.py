"""Keys, expressions and items of messages.

A message is `<workspace>#con_…` / `msg_…`. Its id is derived from contact, campaign, generation and
step: a step can have only one message, and the id contains the key. The content is a separate item,
`said#msg_…`, read only for display. For an email or SMS the content is written before sending and
the message after it: content without a message was never sent, or its outcome is not known yet.
Erasing the content leaves a tombstone (`erased`) for a day, so that no worker writes it again. The
index `by_message_id` finds a message by the part of its Message-ID (RFC 5322) before the @, which
is the provider's id and unique without the domain.

All indexes project keys only. `by_campaign` lists the messages of a campaign; `by_state` those that
need a person's attention.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.enrollments.message_ids import contact_of
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, Query, Table, batch_get, batch_write
from outrider.kit.outbox import Event
from outrider.messages.bounces.reasons import Diagnosis
from outrider.messages.models import Classification, MarkedTime, Message, State, rfc_key

_SAID = "said#"
_MARK_LIFE = timedelta(days=1)
"""Time to live of a tombstone; longer than any worker lives (two minutes, the lease of its
claim)."""
_ID_SUFFIX = 10
"""Characters of the id that make sort keys of the same moment unique."""
OPEN_STATES: frozenset[State] = frozenset({"unknown", "pending"})
"""States that need a person's attention; such messages are in the index `by_state`."""


@dataclass(frozen=True, slots=True)
class MessageRepository:
    """Messages to the contacts of one workspace."""

    table: Table
    workspace: WorkspaceId

    def key(self, contact_id: str, message_id: str) -> tuple[Table, str, str]:
        """Return the key of a message, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self._pk(contact_id), message_id

    def get(self, contact_id: str, message_id: str, *, newest: bool = True) -> Message | None:
        """Return the message, or None. Without `newest` the read is eventually consistent, at half
        the price."""
        item = self.table.get(self._pk(contact_id), message_id, consistent=newest)
        return Message.from_item(item) if item else None

    def add_action(self, message: Message, events: Sequence[Event] = ()) -> Action:
        """Return the write of a new message; its content is written by `content_actions`. The
        condition fails if the message exists, because the step was already carried out."""
        place = _place(message)
        item = {
            **message.to_item(),
            "pk": self._pk(message.contact_id),
            "sk": message.id,
            "by_campaign_pk": f"{self.workspace}#{message.campaign_id}",
            "by_campaign_sk": place,
            **outbox.attribute(events, message.names()),
        }
        if message.direction == "out" and message.rfc_message_id:
            # Known before sending, so that replies find it even if its outcome is unknown.
            item["by_message_id_pk"] = rfc_key(message.rfc_message_id)
        if message.state in OPEN_STATES:
            item |= {"by_state_pk": self._state_pk(message.state), "by_state_sk": place}
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def content_actions(self, message: Message) -> Sequence[Action]:
        """Return the write of the content, if there is any. It may be repeated. The condition fails
        if the content was erased."""
        said = message.packed_content()
        _, pk, sk = self.content_key(self._pk(message.contact_id), message.id)
        if not said:
            return []
        return [
            self.table.put_action({"pk": pk, "sk": sk, **said}, "attribute_not_exists(#erased)")
        ]

    def with_stored_content(self, message: Message) -> Message:
        """Return the message with its stored content; the message itself need not be stored."""
        _, pk, sk = self.content_key(self._pk(message.contact_id), message.id)
        said = self.table.get(pk, sk)
        return message.with_content(said) if said else message

    def content_key(self, pk: str, message_id: str) -> tuple[Table, str, str]:
        """Return the key of the content: a separate item, because a message's updates are billed by
        its size."""
        return self.table, pk, f"{_SAID}{message_id}"

    def with_contents(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Return the messages with their content, as far as it is still stored."""
        places = [self.content_key(self._pk(each.contact_id), each.id) for each in messages]
        found = batch_get(places)
        said = [found.get((table.name, pk, sk), {}) for table, pk, sk in places]
        return [each.with_content(item) for each, item in zip(messages, said, strict=True)]

    def at(self, places: Sequence[Item], *, whole: bool = True) -> Sequence[Message | None]:
        """Return the messages at these index positions; None for one that was deleted meanwhile.
        `whole` includes their content."""
        keys = [(self.table, place["pk"], place["sk"]) for place in places]
        said = [self.content_key(pk, sk) for _, pk, sk in keys]
        found = batch_get([*keys, *said] if whole else keys)
        items = [
            [found.get((table.name, pk, sk)) for table, pk, sk in both]
            for both in zip(keys, said, strict=True)
        ]
        return [Message.from_item(item, says) if item else None for item, says in items]

    def by_ids(self, message_ids: Sequence[str]) -> Sequence[Message | None]:
        """Return the messages with their content; None for one that is deleted."""
        contacts = [(contact_of(each), each) for each in message_ids]
        return self.at([{"pk": self._pk(contact or ""), "sk": each} for contact, each in contacts])

    def find_with_content(self, message_id: str) -> Message | None:
        """Return the message with its content by its id alone, or None."""
        return self.by_ids([message_id])[0] if contact_of(message_id) else None

    def find(self, message_id: str, *, newest: bool = True) -> Message | None:
        """Return the message by its id alone, or None; see `get` for `newest`."""
        contact_id = contact_of(message_id)
        return self.get(contact_id, message_id, newest=newest) if contact_id else None

    def mark_action(
        self, message: Message, time: MarkedTime, at: str, events: Sequence[Event]
    ) -> Action:
        """Return the write of the first time of an event. The condition fails if it is recorded."""
        return self.table.update_action(
            self._pk(message.contact_id),
            message.id,
            f"SET #{time} = :at, #_events = :events",
            f"attribute_exists(#pk) AND attribute_not_exists(#{time})",
            at=at,
            events=outbox.pack(events, message.names()),
        )

    def found_action(
        self,
        message: Message,
        provider_id: str,
        rfc_message_id: str,
        events: Sequence[Event],
        call: str = "",
    ) -> Action:
        """Return the write that settles a message of unknown outcome as sent. Empty arguments leave
        their fields unchanged. The condition fails if it is settled. See `settled_in` for
        `call`."""
        return self.table.update_action(
            self._pk(message.contact_id),
            message.id,
            changes(
                set={
                    **_went_out(provider_id, rfc_message_id),
                    "sent_at": message.created_at,
                    "settled_in": call,
                    "_events": outbox.pack(events, message.names()),
                },
                remove=["reason", "by_state_pk", "by_state_sk"],
            ),
            "#state = :unknown",
            unknown="unknown",
        )

    def reject_action(self, message: Message, reason: str, events: Sequence[Event]) -> Action:
        """Return the write for a message that the provider accepted and then did not send. The
        condition fails if it is not in state `sent`."""
        return self.table.update_action(
            self._pk(message.contact_id),
            message.id,
            "SET #state = :failed, #reason = :reason, #_events = :events",
            "#state = :sent",
            failed="failed",
            sent="sent",
            reason=reason,
            events=outbox.pack(events, message.names()),
        )

    def bounce_action(
        self, message: Message, found: Diagnosis, at: str, events: Sequence[Event]
    ) -> Action:
        """Return the write of a bounce. Its condition is that no other was recorded since the
        read."""
        was = "#bounce = :was" if message.bounce else "attribute_not_exists(#bounce)"
        return self.table.update_action(
            self._pk(message.contact_id),
            message.id,
            "SET #bounce = :kind, #bounce_reason = :reason,"
            " #bounced_at = if_not_exists(#bounced_at, :at), #_events = :events",
            f"attribute_exists(#pk) AND {was}",
            kind=found.kind,
            reason=found.reason,
            at=at,
            events=outbox.pack(events, message.names()),
            **({"was": message.bounce} if message.bounce else {}),
        )

    def reply_action(
        self, message: Message, at: str | None, counted: Classification | None
    ) -> Action:
        """Return the write that records a reply on the message it answers: by a person at `at`, or
        by a machine if None. `counted` is the reply's class. Fails if the classification has
        changed since."""
        values: dict[str, Any] = {"replied_at": at} if at and not message.replied_at else {}
        if counted is not None:
            values["classification"] = counted.to_item()
            values["classified_on"] = message.classified_on or clock.now().date().isoformat()
        was = "attribute_not_exists(#classification)"
        seen: dict[str, Any] = {}
        if message.classification:
            was, seen = "#classification = :was", {"was": message.classification.to_item()}
        return self.table.update_action(
            self._pk(message.contact_id),
            message.id,
            changes(set=values, remove=["_events"]),
            f"attribute_exists(#pk) AND {was}",
            **seen,
        )

    def classify_action(
        self, reply: Message, classification: Classification, events: Sequence[Event]
    ) -> Action:
        """Return the write of a new class. The condition fails if it has changed since the read."""
        was = "attribute_not_exists(#classification)"
        seen: dict[str, Any] = {}
        if reply.classification:
            was, seen = "#classification = :was", {"was": reply.classification.to_item()}
        return self.table.update_action(
            self._pk(reply.contact_id),
            reply.id,
            changes(
                set={
                    "classification": classification.to_item(),
                    "_events": outbox.pack(events, reply.names()),
                }
            ),
            f"attribute_exists(#pk) AND {was}",
            **seen,
        )

    def ask_to_stop_action(self, reply: Message, reason: str) -> Action:
        """Return the write that marks a reply as a request to stop: with `reason`, without a
        class."""
        return self.table.update_action(
            self._pk(reply.contact_id),
            reply.id,
            "SET #reason = :reason REMOVE #classification, #_events",
            "attribute_exists(#pk)",
            reason=reason,
        )

    def settle_task_action(self, settled: Message, events: Sequence[Event]) -> Action:
        """Return the write of a completed or expired task. The condition fails if it is not
        pending."""
        return self.table.update_action(
            self._pk(settled.contact_id),
            settled.id,
            changes(
                set={
                    **settled.model_dump(include={"state", "completed_at", "outcome"}),
                    "_events": outbox.pack(events, settled.names()),
                },
                remove=["by_state_pk", "by_state_sk"],
            ),
            "#state = :pending",
            pending="pending",
        )

    def settled_in(self, message: Message) -> str:
        """Return the id of the batch request that settled the message, or "". A request repeated
        after a crash recognizes its own work by it."""
        item = self.table.get(self._pk(message.contact_id), message.id) or {}
        return str(item.get("settled_in", ""))

    def found_not_sent_action(
        self, message: Message, events: Sequence[Event], call: str = ""
    ) -> Action:
        """Return the write that settles a message as not sent; conditions and `call` as in
        `found_action`."""
        return self.table.update_action(
            self._pk(message.contact_id),
            message.id,
            changes(
                set={
                    "state": "failed",
                    "reason": "not_sent",
                    "settled_in": call,
                    "_events": outbox.pack(events, message.names()),
                },
                remove=["by_state_pk", "by_state_sk"],
            ),
            "#state = :unknown",
            unknown="unknown",
        )

    def all_of(self, contact_id: str, pages: int) -> Sequence[Message]:
        """Return a contact's messages with content, ordered by id, from at most `pages` of 1 MB."""
        items: list[Item] = []
        query = Query(
            self._pk(contact_id),
            "#sk BETWEEN :first AND :last",
            {"first": "msg_", "last": f"{_SAID}~"},
            consistent=True,
        )
        for _ in range(pages):
            page = self.table.query(query)
            items += page.items
            if page.last_key is None:
                break
            query = replace(query, after=page.last_key)
        found = {item["sk"]: item for item in items}
        return [
            Message.from_item(item, found.get(f"{_SAID}{sk}"))
            for sk, item in found.items()
            if not sk.startswith(_SAID)
        ]

    def list(
        self, contact_id: str, limit: int, after: Item | None
    ) -> tuple[Sequence[Message], Item | None]:
        """Return a page of the messages to a contact, ordered by id, and the key after it."""
        page = self.table.query(
            Query(
                self._pk(contact_id),
                "begins_with(#sk, :prefix)",
                {"prefix": "msg_"},
                limit=limit,
                after=after,
                consistent=True,
            )
        )
        return [Message.from_item(item) for item in page.items], page.last_key

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete the messages without their content; see `erase_content`."""
        batch_write(
            self.table.delete_action(self._pk(each.contact_id), each.id) for each in messages
        )

    def erase_content(self, contact_ids: Sequence[str], message_ids: Iterable[str]) -> None:
        """Erase all content written to these contacts, with or without a message. Tombstones
        prevent workers from writing this content, or that of `message_ids`, again."""
        keys = {
            self.content_key(self._pk(contact_of(each) or ""), each)[1:] for each in message_ids
        }
        for contact_id in contact_ids:
            said = Query(
                self._pk(contact_id), "begins_with(#sk, :said)", {"said": _SAID}, consistent=True
            )
            keys |= {(item["pk"], item["sk"]) for item in self.table.every(said)}
        ttl = int((clock.now() + _MARK_LIFE).timestamp())
        batch_write(
            self.table.put_action({"pk": pk, "sk": sk, "erased": True, "ttl": ttl})
            for pk, sk in sorted(keys)
        )

    def _pk(self, contact_id: str) -> str:
        return f"{self.workspace}#{contact_id}"

    def _state_pk(self, state: State) -> str:
        return f"{self.workspace}#{state}"


@dataclass(frozen=True, slots=True)
class SentMessages:
    """Messages of all workspaces, found by the Message-ID that a reply quotes."""

    table: Table

    def find(self, rfc_message_id: str) -> tuple[WorkspaceId, Message] | None:
        page = self.table.query(Query(rfc_key(rfc_message_id), index="by_message_id", limit=1))
        for place in page.items:
            if item := self.table.get(place["pk"], place["sk"]):
                workspace = WorkspaceId(str(item["pk"]).rpartition("#")[0])
                return workspace, Message.from_item(item)
        return None


def _place(message: Message) -> str:
    """Return the sort key of the message in the indexes."""
    return f"{message.created_at}#{message.id[-_ID_SUFFIX:]}"


def _went_out(provider_id: str, rfc_message_id: str) -> dict[str, str]:
    """Return the fields of a sent message: the known ids, and the key by which replies find it."""
    if rfc_message_id:  # contains the provider id
        key = rfc_key(rfc_message_id)
        return {"state": "sent", "rfc_message_id": rfc_message_id, "by_message_id_pk": key}
    return {"state": "sent", **({"provider_id": provider_id} if provider_id else {})}


def names_of(item: Item) -> dict[str, Any]:
    """Return the event data that a message's item contains, for `kit.outbox.unpack`."""
    return Message.from_item(item).names()

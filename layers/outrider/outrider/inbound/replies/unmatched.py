"""Unmatched inbound email: addressed to a mailbox, but no reply to a message.

Its item is `<workspace>#unmatched` / `mail_…`.
"""

from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller
from outrider.inbound.mail.message import IncomingMail
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.dynamodb import ConditionFailed, Table

_LIFE = timedelta(days=30)
"""Retention, the same as of the raw email."""


@dataclass(frozen=True, slots=True)
class UnmatchedMails:
    """Records of unmatched emails, each with a `reply.unmatched` event."""

    table: Table

    def record(self, caller: Caller, mailbox_id: str, mail: IncomingMail, kept_at: str) -> None:
        """Record an email once, with sender and subject. `kept_at` is where the raw email is
        stored."""
        content = {"from": mail.sender, "subject": mail.subject, "kept_at": kept_at}
        self._record(caller, mailbox_id, mail, reason="no_match", **content)

    def record_ambiguous(self, caller: Caller, mailbox_id: str, mail: IncomingMail) -> None:
        """Record once that an email arrived which may be meant for another workspace, without its
        content."""
        nothing = {"from": "", "subject": "", "kept_at": ""}
        self._record(caller, mailbox_id, mail, reason="ambiguous", **nothing)

    def _record(self, caller: Caller, mailbox_id: str, mail: IncomingMail, **more: str) -> None:
        mail_id = ids.derived("mail", caller.workspace, "unmatched", mail.key)
        details = {"mailbox_id": mailbox_id, "kind": mail.kind, **more}
        event = caller.event("reply.unmatched", identity=mail_id, **details)
        now = clock.now()
        item = {
            "pk": f"{caller.workspace}#unmatched",
            "sk": mail_id,
            **details,
            "created_at": clock.to_text(now),
            "ttl": int((now + _LIFE).timestamp()),
            **outbox.attribute([event]),
        }
        try:
            self.table.write(self.table.put_action(item, "attribute_not_exists(#pk)"))
        except ConditionFailed:
            return

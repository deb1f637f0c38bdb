"""Mails that came in for a mailbox and answer nothing: kept for a while, and told.

One is `<workspace>#unmatched` / `mail_…`.
"""

from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller
from outrider.inbound.mail.message import IncomingMail
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.dynamodb import ConditionFailed, Table

_LIFE = timedelta(days=30)
"""As long as the mail itself is kept."""


@dataclass(frozen=True, slots=True)
class UnmatchedMails:
    table: Table

    def tell(self, caller: Caller, mailbox_id: str, mail: IncomingMail, kept_at: str) -> None:
        """Once for each mail. `kept_at` says where the mail itself is."""
        told = {"from": mail.sender, "subject": mail.subject, "kept_at": kept_at}
        self._tell(caller, mailbox_id, mail, reason="no_match", **told)

    def count(self, caller: Caller, mailbox_id: str, mail: IncomingMail) -> None:
        """Once for each mail: that one came which may be another workspace's as well, and nothing
        of what it says."""
        nothing = {"from": "", "subject": "", "kept_at": ""}
        self._tell(caller, mailbox_id, mail, reason="ambiguous", **nothing)

    def _tell(self, caller: Caller, mailbox_id: str, mail: IncomingMail, **more: str) -> None:
        mail_id = ids.derived("mail", caller.workspace, "unmatched", mail.key)
        told = {"mailbox_id": mailbox_id, "kind": mail.kind, **more}
        event = caller.event("reply.unmatched", identity=mail_id, **told)
        now = clock.now()
        item = {
            "pk": f"{caller.workspace}#unmatched",
            "sk": mail_id,
            **told,
            "created_at": clock.to_text(now),
            "ttl": int((now + _LIFE).timestamp()),
            **outbox.attribute([event]),
        }
        try:
            self.table.write(self.table.put_action(item, "attribute_not_exists(#pk)"))
        except ConditionFailed:
            return

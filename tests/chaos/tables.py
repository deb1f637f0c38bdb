"""A local stack as the engine's invariants look at it: by its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from outrider.kit.aws.attributes import Item
from tests.e2e.running import LocalStack
from tests.mailservers import MailServer


@dataclass(frozen=True, slots=True)
class Sent:
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tables:
    stack: LocalStack
    server: MailServer

    def items(self, table: str, prefix: str = "") -> list[Item]:
        """The items of a table (`contacts`, …) whose partition key begins with `prefix`."""
        database = self.stack.client("dynamodb")
        tables = database.get_paginator("list_tables").paginate()
        names = [name for page in tables for name in page["TableNames"]]
        (name,) = [each for each in names if f"-{table.title()}Table-" in each]
        return [item for item in self.stack.items(name) if str(item["pk"]).startswith(prefix)]

    def mails(self) -> list[Sent]:
        return [Sent({"message_id": message_id(mail.message)}) for mail in self.server.received]

    def texts(self) -> Sequence[object]:
        """Nobody is sent a text message in a trial."""
        return ()


def message_id(mail: EmailMessage) -> str:
    """Our id of a mail, which its Message-ID is made of."""
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]

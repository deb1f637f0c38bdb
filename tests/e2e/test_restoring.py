"""A restore in the middle of a campaign on the local stack, by the commands of docs/backups.md: the
campaign goes on, and nobody gets a step twice.

The emulator's copies have the present, not an earlier moment. So they are made at the moment `T`
that is to be restored, and what is lost happens before the page is followed; its command to copy
then finds them, and keeps them. It takes minutes: `make restoration` runs it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from outrider.campaigns.enrollments import message_ids
from outrider.kit.aws.attributes import Item, encode_item
from tests.e2e.operators import PAGES, Operator
from tests.e2e.recipients import answer, press_unsubscribe
from tests.e2e.running import LocalStack, eventually, free_port
from tests.engine.invariants import Books, wrong_at_rest
from tests.shell import commands

PREFIX = "restored-1"
"""As docs/backups.md has it."""
NAMES = ("ada", "bob", "cleo", "dana", "eli")
STEPS = [
    {
        "channel": "email",
        "wait_before": {"value": 2 if number > 1 else 0, "unit": "minutes"},
        "subject": f"Question {number}",
        "text": "Who looks after outreach?",
    }
    for number in (1, 2, 3)
]
SETTINGS = {"postal_address": "1 Outrider Way, Example Town"}
Mails = Counter[tuple[str, int]]
"""How often each person got each step."""
_PATIENCE = 600.0


@pytest.fixture
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own: what it was deployed with cannot be taken back."""
    stack = LocalStack(tmp_path_factory.mktemp("doomed"), free_port())
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


@dataclass(frozen=True, slots=True)
class Sent:
    tags: dict[str, str]


class Campaign:
    """A campaign of three steps with five people, as they and its owner see it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        people = [{"email": f"{name}@restored.example"} for name in NAMES]
        contacts = self.call("POST", "/v1/contacts", {"contacts": people})["results"]
        self.contacts = {name: str(each["id"]) for name, each in zip(NAMES, contacts, strict=True)}
        sequence = {"name": "Restored", "mailbox_pool": "pool_default", "steps": STEPS}
        made = self.call("POST", "/v1/sequences", {**sequence, "settings": SETTINGS})
        steps = self.call("GET", f"/v1/sequences/{made['id']}/steps")["steps"]
        self.steps = [str(each["id"]) for each in steps]
        launch = {"contact_ids": list(self.contacts.values())}
        launched = self.call("POST", f"/v1/sequences/{made['id']}/launch", launch)
        self.id = str(launched["campaign_id"])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call that must succeed."""
        reply = self.stack.call(method, path, body)
        assert reply.status in (200, 201), (path, reply.status, reply.body)
        return reply.json

    def mails(self) -> Mails:
        return Counter((name, number) for name, number, _ in self._inbox())

    def wait(self, look: Callable[[], Any]) -> Any:
        """Wait until `look` sees something, while nobody gets a step twice."""

        def looked() -> Any:
            twice = [mail for mail, times in self.mails().items() if times > 1]
            assert not twice, f"went out twice: {twice}"
            return look()

        seen = eventually(looked, _PATIENCE)
        assert seen, self.mails()
        return seen

    def await_mails(self, expected: Mails) -> None:
        """Wait for these mails, and until each is recorded."""
        self.wait(lambda: self.mails().total() >= expected.total())
        assert self.mails() == expected
        self.wait(
            lambda: len(self.stack.events("email.sent", campaign_id=self.id)) >= expected.total()
        )

    def mail(self, name: str, number: int) -> EmailMessage:
        """A mail that somebody got, with the Message-ID that SES gives it."""
        found = next(each for *key, each in self._inbox() if key == [name, number])
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = found["Source"], found["To"], found["Subject"]
        mail["Message-ID"] = f"<{found['MessageId']}@email.amazonses.com>"
        mail.set_content(found["BodyText"])
        return mail

    def audience(self) -> dict[str, int]:
        found: dict[str, int] = self.call("GET", f"/v1/campaigns/{self.id}/stats")["audience"]
        return found

    def _inbox(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        for mail in self.stack.inbox():
            name, _, domain = mail["To"][0].partition("@")
            if domain == "restored.example":
                yield name, int(mail["Subject"].removeprefix("Question ")), mail


class Restored:
    """The restored tables, as the engine's invariants look at them."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign

    def items(self, table: str, prefix: str = "") -> list[Item]:
        found = self._campaign.stack.items(f"{PREFIX}-{table}")
        return [item for item in found if str(item["pk"]).startswith(prefix)]

    def mails(self) -> list[Sent]:
        books = restored_books(self._campaign)
        ids = {(each.contact_id, each.step_id): each.id for each in books.outgoing}
        names, steps = self._campaign.contacts, self._campaign.steps
        return [
            Sent({"message_id": ids.get((names[name], steps[number - 1]), "gone")})
            for name, number in self._campaign.mails().elements()
        ]

    def texts(self) -> Sequence[object]:
        """Nobody is sent a text message."""
        return ()


def restored_books(campaign: Campaign) -> Books:
    return Books(Restored(campaign), campaign.stack.local["workspace_id"])


def everybody(*steps: int) -> Mails:
    return Counter((name, number) for name in NAMES for number in steps)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def follow(operator: Operator, action: str) -> str:
    """Run the page's command of this action of `make restore`."""
    (command,) = (
        each for each in commands(PAGES["backups"]) if f'ARGS="{action} --stack' in each.text
    )
    return operator.make(command)


def worker_died(campaign: Campaign, name: str, number: int) -> None:
    """Make the stack's own tables tell that the worker of this step died once SES had the mail: the
    claim is there, the outcome is not."""
    database = campaign.stack.client("dynamodb")
    tables = database.list_tables()["TableNames"]
    (messages,) = (each for each in tables if "-MessagesTable-" in each)
    (enrollments,) = (each for each in tables if "-EnrollmentsTable-" in each)
    contact, step = campaign.contacts[name], campaign.steps[number - 1]
    (message,) = (
        each
        for each in campaign.stack.items(messages)
        if each["pk"].endswith(f"#{contact}") and each.get("step_id") == step
    )
    (enrollment,) = (each for each in campaign.stack.items(enrollments) if each["sk"] == contact)
    key = {"pk": message["pk"], "sk": message["sk"]}
    database.delete_item(TableName=messages, Key=encode_item(key))
    claimed = {"state": "sending", "step_id": step, "sending": message_ids.own(message["sk"])}
    database.put_item(TableName=enrollments, Item=encode_item({**enrollment, **claimed}))


@pytest.mark.slow
class TestRestore:
    """Everybody has the first step at the moment that is restored. Then, and lost: the second one
    goes out, Dana unsubscribes before it, Cleo answers it, and Eli's worker dies."""

    def test_goes_on_and_sends_no_step_twice(self, doomed: LocalStack) -> None:
        campaign, operator = Campaign(doomed), Operator(doomed)
        campaign.await_mails(everybody(1))
        operator.known["T"] = now()
        follow(operator, "copy")

        link = re.search(r"https?://\S+/t/u/[\w-]+", campaign.mail("dana", 1).get_content())
        assert link
        assert press_unsubscribe(doomed, link[0]).status == 200
        lost = everybody(1, 2)
        del lost["dana", 2]
        campaign.await_mails(lost)
        answer(doomed, campaign.mail("cleo", 2), "Sounds great, let's talk.")
        campaign.wait(lambda: doomed.events("reply.classified", campaign_id=campaign.id))

        stopped = re.search(r"after (\S+): wait", follow(operator, "stop"))
        assert stopped
        operator.known["F"] = stopped[1]
        worker_died(campaign, "eli", 2)
        copied = follow(operator, "copy")
        held = follow(operator, "hold")
        parameters = copied.splitlines()[-3:]
        replace(doomed, parameters=" ".join([doomed.parameters, *parameters])).up()
        assert not doomed.events("reply.classified", campaign_id=campaign.id)
        reread = follow(operator, "reread")
        follow(operator, "start")

        assert held.splitlines()[:4] == [
            "campaigns paused: 1",
            "suppressions carried over: 1",
            "messages carried over: 3",
            "steps held: 1",
        ]
        assert reread == "Emails that are read again: 1\n"
        assert campaign.mails() == lost
        campaign.call("POST", f"/v1/campaigns/{campaign.id}/resume")
        (unknown,) = campaign.wait(
            lambda: campaign.call("GET", "/v1/messages?status=unknown")["data"]
        )
        assert unknown["contact_id"] == campaign.contacts["eli"]
        settle = {"outcome": "sent", "message_ids": [unknown["id"]]}
        campaign.call("POST", "/v1/messages/settle", settle)
        campaign.wait(lambda: campaign.audience()["completed"] == len(NAMES))

        assert campaign.mails() == lost + Counter((name, 3) for name in ("ada", "bob", "eli"))
        eventually(lambda: not list(wrong_at_rest(restored_books(campaign))))
        assert list(wrong_at_rest(restored_books(campaign))) == []

"""Two campaigns on a local stack whose workers are killed while mails go out.

The mail server, the recipients and the receiver of webhooks are outside of the stack. Recipients
unsubscribe by the links in their mails, and the stack is stopped and started again half way.
"""

import base64
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from local.receiver import WebhookReceiver
from outrider.campaigns.models import Enrollment
from tests.chaos.end_state import EndState, Enrolled, Mail, Told
from tests.chaos.tables import Tables, message_id
from tests.e2e.recipients import press_unsubscribe
from tests.e2e.running import LocalStack
from tests.engine.invariants import Books
from tests.harness.feed import recorded
from tests.mailservers import PASSWORD, USER, MailServer, Received

CAMPAIGNS = ("one", "two")
STEPS = 2
GAP_SECONDS = 1
"""From one mail of the mailbox to the next."""
LEAVING = 0.15
"""Share of the recipients who unsubscribe by their first mail."""
_POOL = "pool_chaos"
_LOOK_EVERY = 5.0
_QUIET_LOOKS = 6
"""How often in a row nothing may move before all is at rest."""


@dataclass(slots=True)
class Recipients:
    """Some press the link of their first mail, at any moment until their second one is sent."""

    stack: LocalStack
    server: MailServer
    chance: random.Random
    left: dict[str, int] = field(default_factory=dict)
    """How many mails each had got when their unsubscribing was answered with 200."""
    _ended: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def __enter__(self) -> "Recipients":
        self._thread = Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        assert self._thread is not None
        self._thread.join()

    def _read(self) -> None:
        seen = 0
        presses: list[tuple[float, Received]] = []
        while not self._ended.wait(0.05):
            for mail in self.server.received[seen:]:
                seen += 1
                first = mail.message["Subject"].endswith("1")
                if first and self.chance.random() < LEAVING:
                    presses.append((time.monotonic() + self.chance.uniform(0, 75), mail))
            for press in [each for each in presses if each[0] <= time.monotonic()]:
                if self._press(press[1]):
                    presses.remove(press)

    def _press(self, mail: Received) -> bool:
        try:
            answer = press_unsubscribe(self.stack, str(mail.message["List-Unsubscribe"]))
        except OSError:  # the stack is being stopped
            return False
        if answer.status == 200:
            (to,) = mail.recipients
            self.left[to] = sum(each.recipients == [to] for each in list(self.server.received))
        return answer.status == 200


@dataclass(slots=True)
class Trial:
    """Two campaigns with so many contacts each."""

    stack: LocalStack
    server: MailServer
    receiver: WebhookReceiver
    contacts: int
    chance: random.Random
    campaigns: dict[str, str] = field(default_factory=dict)
    """The name of each, by its id."""
    steps: dict[str, int] = field(default_factory=dict)
    """The number of each, by its id."""
    webhook: str = ""

    def prepare(self, url: str) -> None:
        """Make a mailbox at the mail server, and a webhook for everything."""
        secret = "whsec_" + base64.b64encode(self.chance.randbytes(32)).decode()
        self.receiver.trust(secret)
        webhook = {"url": url, "events": ["*"], "secret": secret}
        self.webhook = self._post("/v1/webhooks", webhook)["id"]
        self._post("/v1/mailbox-pools", {"id": _POOL, "name": "Chaos"})
        smtp = {"host": "127.0.0.1", "port": self.server.port, "security": "none"}
        mailbox = {
            "email": "eve@outrider.example",
            "kind": "smtp",
            "smtp": {**smtp, "username": USER, "password": PASSWORD},
            "mailbox_pool": _POOL,
            "min_gap_seconds": GAP_SECONDS,
            "daily_cap": 10_000,
            "warmed": True,
        }
        self._post("/v1/mailboxes", mailbox)

    def launch(self) -> None:
        """Launch both campaigns."""
        for name in CAMPAIGNS:
            people = [{"email": f"p{n}@c{n}.{name}.example"} for n in range(self.contacts)]
            made = self._post("/v1/contacts", {"contacts": people})["results"]
            sequence = self._post("/v1/sequences", _sequence(name))["id"]
            launch = {"contact_ids": [each["id"] for each in made]}
            launched = self._post(f"/v1/sequences/{sequence}/launch", launch)
            self.campaigns[launched["campaign_id"]] = name
            steps = self._get(f"/v1/sequences/{sequence}/steps")["steps"]
            self.steps |= {step["id"]: place for place, step in enumerate(steps, 1)}

    def wait_for_mails(self, count: int, patience: float) -> None:
        """Wait until so many mails have arrived, or patience ends."""
        deadline = time.monotonic() + patience
        while len(self.server.received) < count and time.monotonic() < deadline:
            time.sleep(0.05)

    def rest(self, patience: float) -> bool:
        """Wait until nothing moves and nothing is to come; False when patience ends before."""
        deadline = time.monotonic() + patience
        before, quiet = "", 0
        while quiet < _QUIET_LOOKS:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_EVERY)
            now = self.describe()
            quiet = quiet + 1 if now == before and not self._is_under_way() else 0
            before = now
        return True

    def describe(self) -> str:
        """Where everything stands, in a line."""
        books = self._books()
        states = Counter(each.state for each in books.enrollments)
        return (
            f"enrollments {dict(sorted(states.items()))}, mails {len(self.server.received)}, "
            f"events {len(books.events)}, received {len(self.receiver.verified)}"
        )

    def dead_letters(self) -> dict[str, int]:
        """How many messages each dead-letter queue has, where it has any."""
        return {name: count for name, count in self._queues() if count and "DeadLetters" in name}

    def end_state(self, left: dict[str, int]) -> EndState:
        """What those outside saw, and what the product says."""
        books = self._books()
        feed = [
            Told(event.id, event.sequence, event.event, event.data.get("message_id"))
            for event in recorded(self._tables, self.stack.local["workspace_id"])
        ]
        received = frozenset(self.receiver.verified)
        owed_after = next(each.sequence for each in feed if each.id in received) - 1
        return EndState(
            steps=STEPS,
            enrolled=list(self._enrolled(books)),
            mails=[_arrived(mail) for mail in self.server.received],
            left=left,
            feed=feed,
            owed_after=owed_after,
            received=received,
            refused=self.receiver.refused,
            counted=self._counted(),
            recounted=_recounted(books),
        )

    def books(self) -> Books:
        """What the product keeps of the workspace, for the engine's own invariants."""
        return self._books()

    @property
    def _tables(self) -> Tables:
        return Tables(self.stack, self.server)

    def _books(self) -> Books:
        return Books(self._tables, self.stack.local["workspace_id"])

    def _is_under_way(self) -> bool:
        to_come = any(each.state in ("active", "sending") for each in self._books().enrollments)
        queued = any(count for name, count in self._queues() if "DeadLetters" not in name)
        return to_come or queued

    def _queues(self) -> Iterator[tuple[str, int]]:
        """Each queue, and how many messages are in it or with a worker."""
        queues = self.stack.client("sqs")
        asked = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        for url in queues.list_queues()["QueueUrls"]:
            found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"]
            yield url.rsplit("/", 1)[1], sum(map(int, found.values()))

    def _enrolled(self, books: Books) -> Iterator[Enrolled]:
        addresses = {
            item["id"]: str(item["email"])
            for item in self._tables.items("contacts", self.stack.local["workspace_id"])
            if "email" in item and str(item.get("id", "")).startswith("con_")
        }
        states: dict[str, dict[int, str]] = {}
        for message in books.outgoing:
            of_steps = states.setdefault(message.enrollment_id, {})
            of_steps[self.steps[message.step_id]] = message.state
        for enrollment in books.enrollments:
            yield self._one(enrollment, addresses, states.get(enrollment.id, {}))

    def _one(
        self, enrollment: Enrollment, addresses: dict[str, str], messages: dict[int, str]
    ) -> Enrolled:
        return Enrolled(
            address=addresses[enrollment.contact_id],
            campaign=self.campaigns[enrollment.campaign_id],
            state=enrollment.state,
            blocked_reason=enrollment.blocked_reason,
            messages=messages,
        )

    def _counted(self) -> dict[str, int]:
        """As the API tells it."""
        counted: dict[str, int] = {}
        for campaign, name in self.campaigns.items():
            stats = self._get(f"/v1/campaigns/{campaign}/stats")
            counted[f"sent of {name}"] = stats["totals"]["sent"]
            counted[f"unsubscribed of {name}"] = stats["totals"]["unsubscribed"]
            counted[f"enrolled in {name}"] = stats["audience"]["total"]
            counted[f"completed of {name}"] = stats["audience"]["completed"]
            counted[f"paused of {name}"] = stats["audience"]["paused"]
        return counted

    def _get(self, path: str) -> Any:
        return self._call("GET", path)

    def _post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """A call that must succeed."""
        answer = self.stack.call(method, path, body)
        assert answer.status in (200, 201), (path, answer.status, answer.body[:500])
        return answer.json


def _recounted(books: Books) -> dict[str, int]:
    recounted: Counter[str] = Counter()
    names = {campaign["id"]: campaign["name"] for campaign in books.campaigns.values()}
    for message in books.outgoing:
        name = names[message.campaign_id]
        recounted[f"sent of {name}"] += message.sent_at is not None
        recounted[f"unsubscribed of {name}"] += message.unsubscribed_at is not None
    for enrollment in books.enrollments:
        name = names[enrollment.campaign_id]
        recounted[f"enrolled in {name}"] += 1
        recounted[f"completed of {name}"] += enrollment.state in ("finished", "opted_out")
        recounted[f"paused of {name}"] += enrollment.state == "paused"
    return dict(recounted)


def _arrived(mail: Received) -> Mail:
    (to,) = mail.recipients
    found = re.fullmatch(r"(\w+), question (\d)", str(mail.message["Subject"]))
    assert found is not None, mail.message["Subject"]
    return Mail(to, found[1], int(found[2]), message_id(mail.message))


def _sequence(name: str) -> dict[str, Any]:
    waits = [{"value": minutes, "unit": "minutes"} for minutes in range(STEPS)]
    steps = [
        {
            "channel": "email",
            "wait_before": wait,
            "subject": f"{name}, question {number}",
            "text": "Who looks after outreach?",
        }
        for number, wait in enumerate(waits, 1)
    ]
    settings = {"postal_address": "1 Outrider Way, Example Town"}
    return {"name": name, "mailbox_pool": _POOL, "steps": steps, "settings": settings}

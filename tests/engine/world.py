"""A small workspace whose campaigns run, for tests that do anything to it in any order: what may be
done, where it may be cut short, and what is watched while it happens."""

import base64
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from outrider.campaigns.models import Enrollment
from outrider.contacts.suppressions.models import Suppression
from outrider.kit import clock, ids
from outrider.kit.text.addresses import domain_of
from outrider.messages.models import Content
from tests.engine.invariants import Books
from tests.harness.api import ANONYMOUS, Answer
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.harness.mail import Mail
from tests.harness.snapshots import Snapshot
from tests.integration.enrolled_leads import draft, enroll
from tests.integration.outreach import HTML_STEP, STEP_ONE, STEP_TWO, a_mailbox

WORDS = Content(subject="{a|b} {{ nobody }}", text="{a|b} {{ nobody }} {% raw %}", html=None)
"""What was approved for the lead."""

Cut = tuple[int, When]
"""At which AWS call something is cut short."""

PEOPLE = (
    "ada@acme.example",
    "bob@acme.example",
    "cleo@globex.example",
    "dan@initech.example",
    "eve@umbrella.example",
)
ENROLLED = 3
"""So many of them are enrolled from the beginning. The last one is a lead, whose first message was
approved."""

_HOUR = {"wait_before": {"value": 1, "unit": "hours"}}
_TASK = {"channel": "call", "wait_days": 0, "text": "Call {{ first_name }}", "timeout_days": 1}
_SMS = {"channel": "sms", **_HOUR, "text": "Hi {{ first_name }}"}
PLANS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], int]] = {
    "plain": ([STEP_ONE, STEP_TWO, {**STEP_TWO, **_HOUR}], {}, 1),
    "channels": (
        [HTML_STEP, _TASK, {**_SMS, "if": "no_reply"}, {**STEP_TWO, "if": "opened"}],
        {"track_opens": True},
        1,
    ),
    "companies": (
        [STEP_ONE, {**STEP_TWO, **_HOUR}, {**STEP_TWO, "if": "always"}],
        {"stop_for_company": True, "company_daily_limit": 1, "daily_limit": 2},
        1,
    ),
    "rivals": ([STEP_ONE, STEP_TWO], {"exclusive": True, "min_interval_hours": 24}, 2),
    "replies": (
        [HTML_STEP, {**STEP_TWO, "if": "replied"}, {**STEP_TWO, "if": "not_opened"}],
        {"stop_on_reply": False, "track_opens": True},
        1,
    ),
    "windows": (
        [STEP_ONE, {**STEP_TWO, "wait_before": {"value": 1, "unit": "days", "basis": "working"}}],
        {
            "timezone": "Europe/Berlin",
            "windows": [{"days": ["mon", "wed"], "from": "09:00", "to": "12:00"}],
        },
        1,
    ),
}
"""Steps, rules, and how many campaigns carry them out."""


class World:
    """`broken` are the promises that were broken at the moment something was sent."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.broken: list[str] = []
        self.taken: list[tuple[str, dict[str, Any]]] = []
        """What workers were given so far: any of it may come again."""
        self._keys = 0
        self._nothing = cloud.snapshot()
        self._plans: dict[str, Snapshot] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Everything by chance is the same each time, and what is sent is looked at."""
        chance = random.Random(0)
        players = self.cloud.wire.players
        with (
            patch.object(secrets, "randbits", chance.getrandbits),
            patch.object(secrets, "randbelow", chance.randrange),
            patch.dict(players, sesv2=self._looked_at(players["sesv2"])),
        ):
            yield

    def begin(self, plan: str) -> None:
        self.broken.clear()
        self.taken.clear()
        if plan not in self._plans:
            self.cloud.restore(self._nothing)
            self._build(plan)
            self._plans[plan] = self.cloud.snapshot()
        self.cloud.restore(self._plans[plan])

    # ── What there is ────────────────────────────────────────────────────────────────────────────

    def books(self) -> Books:
        return Books(self.cloud, self.cloud.api.workspace().id)

    def contact_ids(self) -> dict[str, str]:
        """Of those who are there, by address."""
        items = self.cloud.items("contacts", self.cloud.api.workspace().id)
        return {
            item["email"]: item["id"]
            for item in items
            if item["sk"].startswith("con_") and "email" in item and "deleted_at" not in item
        }

    def is_approved(self, _: Enrollment, mail: Mail) -> bool:
        """Whether a mail is the one that was approved for the lead of the enrollment."""
        return mail.message["Subject"] == WORDS.subject and text_of(mail).startswith(
            f"{WORDS.text}\r\n"
        )

    # ── What is done ─────────────────────────────────────────────────────────────────────────────

    def request(
        self, method: str, path: str, body: Any = None, *, cut: Cut | None = None
    ) -> Answer | None:
        """A request; one that is cut short is made again with the same key."""
        self._keys += 1
        headers = {"idempotency-key": f"key-{self._keys}"}
        return self._twice_if_cut(
            lambda: self.cloud.api.request(method, path, body, headers=headers), cut
        )

    def visit(
        self,
        link: str,
        method: str,
        headers: dict[str, str] | None = None,
        *,
        cut: Cut | None = None,
    ) -> None:
        """A link of a mail, as its recipient's program calls it: POST unsubscribes."""
        path = link.strip("<>").removeprefix("https://api.outrider.test")
        body = b"List-Unsubscribe=One-Click" if method == "POST" else None
        self._twice_if_cut(
            lambda: self.cloud.api.request(
                method, path, body, key=ANONYMOUS, headers=headers or {}
            ),
            cut,
        )

    def work(self, queue: str, worker: str, cut: Cut | None) -> None:
        """A worker gets what lies in its queue; what it leaves undone comes again."""
        event = self.cloud.take(queue)
        if event["Records"]:
            self.taken.append((worker, event))
            self._hand_over(queue, worker, event, cut)

    def work_again(self, number: int, cut: Cut | None) -> None:
        """A worker gets again what it or another one got before."""
        worker, event = self.taken[number % len(self.taken)]
        self._cut(lambda: self.cloud.invoke(worker, event), cut)

    def receive(self, raw: bytes, cut: Cut | None) -> None:
        """A mail comes in; whoever is cut short gets it again."""
        event = {"raw_base64": base64.b64encode(raw).decode()}
        if self._cut(lambda: self.cloud.invoke("inbound_receive", event), cut) is None:
            self.cloud.invoke("inbound_receive", event)

    def rounds(self, cut: Cut | None) -> None:
        """The clocks of the campaigns go on, as far as their time has come."""
        for execution in self.cloud.executions.running():
            self._cut(partial(self.cloud.executions.step, execution, self.cloud.invoke), cut)

    def settle(self) -> None:
        """Everything that can happen now happens."""
        for _ in range(50):
            self.cloud.drain(tolerate_failures=True)
            now = clock.epoch_ms()
            due = [each for each in self.cloud.executions.running() if each.wake_ms <= now]
            if not due:
                return
            for execution in due:
                self.cloud.executions.step(execution, self.cloud.invoke)
        raise AssertionError("the campaigns do not come to rest")

    def pass_time(self, **time: float) -> None:
        self.cloud.clock.advance(**time)  # type: ignore[arg-type]
        self.cloud.invoke("campaigns_start", {"source": "aws.scheduler"})

    def go_on(self) -> None:
        """To the next moment at which something comes up; while somebody is kept waiting or nothing
        is to come, some hours further at most."""
        now = self.cloud.clock.now
        moments = [
            clock.from_text(each.due_at)
            for each in self.books().enrollments
            if each.is_open and each.due_at
        ]
        moments += [
            datetime.fromtimestamp(ms / 1000, tz=UTC)
            for queue in self.cloud.queues().values()
            if (ms := queue.next_ms()) is not None
        ]
        coming = [moment for moment in moments if moment > now]
        if len(coming) < len(moments) or not coming:
            coming.append(now + timedelta(hours=4))
        self.cloud.clock.set(min(coming))
        self.pass_time()
        self.settle()

    # ── How it is done ───────────────────────────────────────────────────────────────────────────

    def _build(self, plan: str) -> None:
        api = self.cloud.api
        for name in ("ada", "bob"):
            a_mailbox(api, email=f"{name}@outrider.test", daily_cap=3)
        rows = [
            {"email": email, "first_name": email.partition("@")[0], "phone": "+4915112345678"}
            for email in PEOPLE
        ]
        made = api.post("/v1/contacts", {"contacts": rows}).json["results"]
        contact_ids = [each["id"] for each in made[:ENROLLED]]
        steps, settings, campaigns = PLANS[plan]
        for number in range(campaigns):
            body = {"name": f"Plan {number}", "steps": steps}
            sequence = api.post("/v1/sequences", body)
            assert sequence.status == 201, sequence.text
            path = f"/v1/sequences/{sequence.json['id']}/launch"
            launched = api.post(path, {"contact_ids": contact_ids})
            assert launched.status == 200, launched.text
            lead = made[-1]["id"], ids.derived("led", str(number))
            self._approve(launched.json["campaign_id"], *lead)
            if settings:  # now: exclusive ones would not have taken who is in another
                path = f"/v1/campaigns/{launched.json['campaign_id']}"
                assert api.patch(path, {"settings": settings}).status == 200
        self.cloud.drain()

    def _approve(self, campaign_id: str, contact_id: str, lead_id: str) -> None:
        first = draft(self.cloud, campaign_id, contact_id, WORDS)
        outcome = enroll(self.cloud, campaign_id, contact_id, lead_id, first)
        assert outcome.skipped is None

    def _hand_over(self, queue: str, worker: str, event: dict[str, Any], cut: Cut | None) -> None:
        answer = self._cut(lambda: self.cloud.invoke(worker, event), cut)
        if answer is None:
            return
        failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
        done = {record["messageId"] for record in event["Records"]} - failed
        kept = self.cloud.queue(queue)
        kept.delete([message for message in kept.messages if message.id in done])

    def _twice_if_cut(self, request: Callable[[], Answer], cut: Cut | None) -> Answer | None:
        answer: Answer | None = self._cut(request, cut)
        if answer is None:
            self.cloud.clock.advance(minutes=1)
            answer = request()
        assert answer.status < 500, answer.text
        return answer

    def _cut(self, action: Callable[[], Any], cut: Cut | None) -> Any:
        """What it gives; None when it was cut short."""
        if cut is None:
            return action()
        given = []
        with self.cloud.wire.crash_at(*cut) as crashed:
            given.append(action())
        return None if crashed() else given[0]

    # ── What is watched ──────────────────────────────────────────────────────────────────────────

    def _looked_at(self, send: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def answer(operation: str, params: dict[str, Any]) -> dict[str, Any]:
            sent = send(operation, params)
            self.broken += self._wrong_about(self.cloud.mails()[-1])
            return sent

        return answer

    def _wrong_about(self, mail: Mail) -> Iterator[str]:
        """What forbids a mail at the very moment it goes out."""
        message_id, (recipient,) = mail.tags["message_id"], mail.recipients
        books = self.books()
        for item in self.cloud.items("contacts", f"{books.workspace}#sup"):
            suppression = Suppression.model_validate(item)
            if suppression.address in (recipient.lower(), domain_of(recipient)):
                yield f"a mail went to {recipient}, which is suppressed"
        if recipient not in self.contact_ids():
            yield f"a mail went to {recipient}, who was deleted"
        if any(message.id == message_id for message in books.messages):
            yield f"{message_id} went out though its outcome was recorded before"
        claimed = [each for each in books.enrollments if each.sending == message_id]
        if [each.state for each in claimed] != ["sending"]:
            yield f"{message_id} went out, which nobody has claimed"
            return
        (enrollment,) = claimed
        if enrollment.sends_approved and not self.is_approved(enrollment, mail):
            yield f"{message_id} went out, which was not approved"
        if books.campaigns[enrollment.campaign_id]["status"] != "active":
            yield f"a mail of {enrollment.campaign_id} went out, which is not active"


def text_of(mail: Mail) -> str:
    body = mail.message.get_body(("plain",))
    return str(body.get_content()) if body else ""

"""Whatever makes a step due in a campaign whose clock sleeps: where its caller dies after any of
its AWS calls and never comes again, the step is carried out within the campaign's promise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from outrider.campaigns.models import STEP_LEASE
from tests.engine.invariants import Books, wrong_at_rest
from tests.engine.scenarios import AT_ONCE, AWAY, SOON, TASK, a_step
from tests.engine.sweep import Deliver
from tests.harness.api import Answer
from tests.harness.cloud import Cloud
from tests.harness.failures import changing, crash_points
from tests.integration.enrolled_leads import enroll
from tests.integration.outreach import STEP_ONE, launched
from tests.integration.replying import a_reply, put_into_bucket

NAMELESS = {**STEP_ONE, "text": "Hi {{ custom.nickname }}"}
WHENEVER = {"keep_running": True}
CHECKS = 5
"""Minutes from one check for clocks that stand still to the next."""
PROMISE = STEP_LEASE.seconds // 60 + 3 * CHECKS
"""Minutes: the lease of a step; a clock that does not wake is late by one check before another
starts it again; and the messages of a round."""
MOST_CALLS = 24


def asleep(cloud: Cloud, *steps: dict[str, Any], count: int = 1) -> str:
    """A campaign that runs, with nothing to do, and whose clock has come to rest."""
    campaign = launched(cloud.api, count, steps=steps or (STEP_ONE,), settings=WHENEVER)
    cloud.run(hours=1)
    return campaign.campaign_id


def a_trigger(body: Callable[[Cloud], dict[str, Any]]) -> Callable[[Cloud], Deliver]:
    def build(cloud: Cloud) -> Deliver:
        path = f"/v1/campaigns/{asleep(cloud)}/trigger"
        said = body(cloud)
        return lambda: cloud.api.post(path, said)

    return build


def another(cloud: Cloud) -> str:
    return str(
        cloud.api.post("/v1/contacts", {"email": "new@x.io", "first_name": "New"}).json["id"]
    )


def a_lead(cloud: Cloud) -> Deliver:
    campaign_id, contact_id = asleep(cloud), another(cloud)
    return lambda: enroll(cloud, campaign_id, contact_id)


def an_addition(by_filter: bool) -> Callable[[Cloud], Deliver]:
    def build(cloud: Cloud) -> Deliver:
        path = f"/v1/campaigns/{asleep(cloud)}/audience"
        said = {"contact_ids": [another(cloud)]}
        return lambda: cloud.api.post(path, {"filter": {}} if by_filter else said)

    return build


def a_retry(by_id: bool) -> Callable[[Cloud], Deliver]:
    def build(cloud: Cloud) -> Deliver:
        path = f"/v1/campaigns/{asleep(cloud, NAMELESS, count=2)}/retry"
        contacts = [each["id"] for each in cloud.api.get("/v1/contacts").json["data"]]
        for contact_id in contacts:
            cloud.api.patch(f"/v1/contacts/{contact_id}", {"custom": {"nickname": "Al"}})
        return lambda: cloud.api.post(path, {"contact_ids": contacts} if by_id else {})

    return build


def a_resumption(cloud: Cloud) -> Deliver:
    path = _enrollment(
        cloud, asleep(cloud, STEP_ONE, {**SOON, "wait_before": None, "wait_days": 1})
    )
    cloud.api.post(f"{path}/pause")
    cloud.run(days=2)
    return lambda: cloud.api.post(f"{path}/resume")


def a_campaigns_resumption(cloud: Cloud) -> Deliver:
    path = f"/v1/campaigns/{asleep(cloud, STEP_ONE, {**SOON, 'wait_before': None, 'wait_days': 1})}"
    cloud.api.post(f"{path}/pause")
    cloud.run(days=2)
    return lambda: cloud.api.post(f"{path}/resume")


def a_settlement(how: str, said: str) -> Callable[[Cloud], Deliver]:
    def build(cloud: Cloud) -> Deliver:
        step = a_step(STEP_ONE, AT_ONCE)(cloud)
        with cloud.wire.crash_at("SendEmail", "after" if said == "sent" else "before"):
            step()
        cloud.clock.advance(minutes=3)
        step()
        cloud.run(hours=1)
        (message,) = cloud.api.get("/v1/messages?status=unknown").json["data"]
        path, body = {
            "one": (f"/v1/messages/{message['id']}/settle", {"outcome": said}),
            "many": ("/v1/messages/settle", {"outcome": said, "message_ids": [message["id"]]}),
            "enrollment": (
                f"{_enrollment(cloud, message['campaign_id'])}/resume",
                {"unknown": said},
            ),
        }[how]
        return lambda: cloud.api.post(path, body)

    return build


def a_task_done(cloud: Cloud) -> Deliver:
    asleep(cloud, TASK, AT_ONCE | {"subject": "Called"})
    (task,) = cloud.api.get("/v1/messages?status=pending").json["data"]
    return lambda: cloud.api.post(f"/v1/messages/{task['id']}/complete", {"outcome": "reached"})


def an_absence(cloud: Cloud) -> Deliver:
    """Out of office: the next step waits for the return."""
    asleep(cloud, STEP_ONE, {**SOON, "wait_before": None, "wait_days": 1})
    reply = a_reply(cloud.mails()[0], AWAY, Auto_Submitted="auto-replied")
    put_into_bucket(cloud, reply)
    records = cloud.take("InboundQueue")
    return lambda: cloud.invoke("inbound_receive", records)


def _enrollment(cloud: Cloud, campaign_id: str) -> str:
    (found,) = cloud.api.get(f"/v1/campaigns/{campaign_id}/enrollments").json["data"]
    return f"/v1/enrollments/{found['id']}"


@dataclass(frozen=True)
class Way:
    """Something that makes a step due; `days` until it is."""

    name: str
    build: Callable[[Cloud], Deliver]
    days: float = 0


WAYS = [
    Way("trigger", a_trigger(lambda cloud: {"contact_id": another(cloud)})),
    Way("trigger_new", a_trigger(lambda _: {"email": "new@x.io", "first_name": "New"})),
    Way(
        "trigger_again",
        a_trigger(lambda cloud: {"email": "ada0@example.com", "re_enroll": True}),
    ),
    Way("lead", a_lead),
    Way("audience", an_addition(by_filter=False)),
    Way("audience_by_filter", an_addition(by_filter=True)),
    Way("retry", a_retry(by_id=False)),
    Way("retry_by_id", a_retry(by_id=True)),
    Way("resume", a_resumption),
    Way("campaign_resume", a_campaigns_resumption),
    *[
        Way(f"settle_{how}_{said}", a_settlement(how, said))
        for how in ("one", "many", "enrollment")
        for said in ("sent", "not_sent")
    ],
    Way("task_done", a_task_done),
    Way("out_of_office", an_absence, days=9),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_what_is_due_is_carried_out_though_its_caller_died(cloud: Cloud, way: Way) -> None:
    deliver = way.build(cloud)
    built = cloud.snapshot()
    for number, when in crash_points(MOST_CALLS):
        cloud.restore(built)
        answer = None
        with cloud.wire.crash_at(number, when) as happened:
            answer = deliver()
        if when == "after" and happened() and not changing(cloud.wire.calls[-1:]):
            continue  # as behind the call before
        cloud.run(days=way.days)
        for _ in range(0, PROMISE, CHECKS):
            cloud.run(hours=CHECKS / 60)
            cloud.invoke("campaigns_start", {})
        books = Books(cloud, cloud.api.workspace().id)
        now = cloud.clock.now.isoformat()
        running = {each["id"] for each in books.campaigns.values() if each["status"] == "active"}
        late = [
            each
            for each in books.enrollments
            if each.campaign_id in running and each.is_open and (each.due_at or "") < now
        ]
        assert not late, f"died {when} call {number}"
        assert list(wrong_at_rest(books)) == []
        if not happened():
            assert not isinstance(answer, Answer) or answer.status < 300, answer.text
            return
    pytest.fail(f"more than {MOST_CALLS} calls")

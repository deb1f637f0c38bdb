"""What the engine's handlers are given; `outcomes.py` has what comes of it wherever they die."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.engine.invariants import Books
from tests.engine.outcomes import (
    sent,
)
from tests.engine.sweep import Deliver, Scenario
from tests.harness.api import ANONYMOUS
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.harness.mail import Mail
from tests.integration.enrolled_leads import draft, enroll
from tests.integration.feedback import notice
from tests.integration.outreach import (
    BROWSER,
    HTML_STEP,
    STEP_ONE,
    STEP_TWO,
    Launched,
    a_mailbox,
    launched,
    some_contacts,
    tracking_path,
)
from tests.integration.replying import a_reply, put_into_bucket

AT_ONCE = {**STEP_TWO, "wait_before": {"value": 0, "unit": "minutes"}}
SOON = {**STEP_TWO, "wait_before": {"value": 20, "unit": "minutes"}}
SMS = {"channel": "sms", "wait_days": 0, "text": "Hi {{ first_name }}"}
TASK = {"channel": "call", "wait_days": 0, "text": "Call {{ first_name }}", "timeout_days": 1}
YES, STOP = "Sounds great, let's talk.", "Please remove me from your list."
AWAY = "I am out of office until March 9, 2026."
KEY = {"idempotency-key": "once"}


def a_step(*steps: dict[str, Any], **mailbox: Any) -> Callable[[Cloud], Deliver]:
    """The worker gets the first step of one contact."""

    def build(cloud: Cloud) -> Deliver:
        campaign = launched(cloud.api, steps=steps, mailbox=mailbox)
        (contact_id,) = campaign.contact_ids
        cloud.api.patch(f"/v1/contacts/{contact_id}", {"phone": "+4915112345678"})
        cloud.invoke("campaigns_dispatch", _first_round(cloud, campaign.campaign_id))
        records = cloud.take("StepsQueue")
        assert len(records["Records"]) == 1
        return lambda: cloud.invoke("steps_run", records)

    return build


def a_refusal(cloud: Cloud) -> Deliver:
    """The recipient's address is refused as the mail is handed over: a hard bounce."""
    step = a_step(STEP_ONE, SOON)(cloud)
    refused = SendOutcome("refused", "550 5.1.1 User unknown", scope="recipient")

    def deliver() -> None:
        with patch.object(SesTransport, "send", lambda *_: refused):
            step()

    return deliver


def an_expiry(cloud: Cloud) -> Deliver:
    """Nobody did the task, and its time is over."""
    deliver = a_step(TASK, {**AT_ONCE, "subject": "Called"})(cloud)
    deliver()
    cloud.clock.advance(days=1, minutes=1)
    return deliver


def a_round(cloud: Cloud) -> Deliver:
    campaign = launched(cloud.api, 2, steps=(STEP_ONE,), mailbox={"min_gap_seconds": 30})
    this = _first_round(cloud, campaign.campaign_id)
    return lambda: cloud.invoke("campaigns_dispatch", this)


def a_round_behind_a_kill(cloud: Cloud) -> Deliver:
    """A round comes while a step lies in the queue whose worker was killed; then the queue brings
    the step again."""
    step = a_step(STEP_ONE)(cloud)
    (campaign,) = cloud.api.get("/v1/campaigns").json["data"]
    this = {**_first_round(cloud, campaign["id"]), "round": 1}
    cloud.clock.advance(minutes=6)

    def deliver() -> None:
        cloud.invoke("campaigns_dispatch", this)
        step()

    return deliver


def a_last_round(cloud: Cloud) -> Deliver:
    campaign = launched(cloud.api, steps=(STEP_ONE,))
    this = _first_round(cloud, campaign.campaign_id)
    cloud.invoke("campaigns_dispatch", this)
    cloud.drain()
    cloud.clock.advance(minutes=1)
    return lambda: cloud.invoke("campaigns_dispatch", {**this, "run": 2})  # its end woke the clock


def a_launch(cloud: Cloud) -> Deliver:
    path = _ready_to_launch(cloud)
    contacts = cloud.api.get("/v1/contacts").json["data"]
    body = {"contact_ids": [contact["id"] for contact in contacts]}
    return lambda: cloud.api.post(path, body, headers=KEY)


def a_launch_by_filter(cloud: Cloud) -> Deliver:
    path = _ready_to_launch(cloud)
    return lambda: cloud.api.post(path, {"filter": {}}, headers=KEY)


def an_audience(cloud: Cloud) -> Deliver:
    """The worker gets a launch by filter to carry out."""
    cloud.api.post(_ready_to_launch(cloud), {"filter": {}})
    records = cloud.take("EnrollingQueue")
    assert len(records["Records"]) == 1
    return lambda: cloud.invoke("campaigns_enroll", records)


def a_start(cloud: Cloud) -> Deliver:
    """The campaign's clock is to be started."""
    launched(cloud.api, steps=(STEP_ONE,))
    cloud.drain()
    cloud.executions.clear()
    (event,) = [each for each in cloud.bus.published if each["detail-type"] == "campaign.launched"]
    return lambda: cloud.invoke("campaigns_start", event)


def a_waking(cloud: Cloud) -> Deliver:
    """What waits for a mailbox may go out: the campaign's clock is to be woken."""
    launched(cloud.api, steps=(STEP_ONE,))
    (mailbox,) = cloud.api.get("/v1/mailboxes").json["data"]
    path = f"/v1/mailboxes/{mailbox['id']}"
    cloud.api.patch(path, {"status": "paused"})
    cloud.run(hours=0.1)
    cloud.api.patch(path, {"status": "active"})
    cloud.skip()
    detail = {"workspace_id": cloud.api.workspace().id, "mode": "live", "data": {}}
    event = {"detail-type": "mailbox.updated", "detail": detail}
    return lambda: cloud.invoke("campaigns_start", event)


def a_stop_and(resumed: bool) -> Callable[[Cloud], Deliver]:
    """The campaign is paused while its contact waits for the second step, or goes on."""

    def build(cloud: Cloud) -> Deliver:
        campaign = _written_to(cloud)
        path = f"/v1/campaigns/{campaign.campaign_id}"
        if not resumed:
            return lambda: cloud.api.post(f"{path}/pause", headers=KEY)
        cloud.api.post(f"{path}/pause")
        cloud.run(hours=0.5)
        return lambda: cloud.api.post(f"{path}/resume", headers=KEY)

    return build


def a_step_and_a_stop(cloud: Cloud) -> Deliver:
    """The campaign is paused while the step lies in the queue."""
    deliver = a_step(STEP_ONE)(cloud)
    (campaign,) = cloud.api.get("/v1/campaigns").json["data"]
    cloud.api.post(f"/v1/campaigns/{campaign['id']}/pause")
    return deliver


def a_step_and_a_pause(cloud: Cloud) -> Deliver:
    """Its enrollment is paused while the step lies in the queue."""
    deliver = a_step(STEP_ONE)(cloud)
    (enrollment,) = Books(cloud, cloud.api.workspace().id).enrollments
    cloud.api.post(f"/v1/enrollments/{enrollment.id}/pause")
    return deliver


def a_trigger(known: bool) -> Callable[[Cloud], Deliver]:
    """A contact is added to a campaign that runs: one that is there, or one made for it."""

    def build(cloud: Cloud) -> Deliver:
        a_mailbox(cloud.api)
        sequence = cloud.api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json
        launch = f"/v1/sequences/{sequence['id']}/launch"
        path = f"/v1/campaigns/{cloud.api.post(launch).json['campaign_id']}/trigger"
        cloud.drain()
        body = {"email": "ada0@example.com", "first_name": "Ada0"}
        if known:
            body = {"contact_id": some_contacts(cloud.api, 1)[0]}
        return lambda: cloud.api.post(path, body, headers=KEY)

    return build


def a_lead(cloud: Cloud) -> Deliver:
    """A workflow enrols a lead in a campaign that runs."""
    a_mailbox(cloud.api)
    sequence = cloud.api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json
    launch = f"/v1/sequences/{sequence['id']}/launch"
    campaign_id = cloud.api.post(launch).json["campaign_id"]
    cloud.drain()
    (contact_id,) = some_contacts(cloud.api, 1)
    return lambda: enroll(cloud, campaign_id, contact_id)


def an_approved_step(cloud: Cloud) -> Deliver:
    """The worker gets the first step of a lead whose message was approved."""
    a_mailbox(cloud.api)
    body = {"name": "First", "steps": [STEP_ONE, AT_ONCE]}
    sequence = cloud.api.post("/v1/sequences", body).json
    launch = f"/v1/sequences/{sequence['id']}/launch"
    campaign_id = cloud.api.post(launch).json["campaign_id"]
    cloud.drain()
    (contact_id,) = some_contacts(cloud.api, 1)
    enroll(cloud, campaign_id, contact_id, approved=draft(cloud, campaign_id, contact_id))
    records = cloud.take("StepsQueue")
    assert len(records["Records"]) == 1
    return lambda: cloud.invoke("steps_run", records)


def a_word_about(what: str, resumed: bool = False) -> Callable[[Cloud], Deliver]:
    """Somebody pauses, resumes or stops the enrollment while it waits for its second step."""

    def build(cloud: Cloud) -> Deliver:
        campaign = _written_to(cloud)
        books = Books(cloud, cloud.api.workspace().id)
        (enrollment,) = books.enrollments
        assert enrollment.campaign_id == campaign.campaign_id
        path = f"/v1/enrollments/{enrollment.id}"
        if resumed:
            cloud.api.post(f"{path}/pause")
        return lambda: cloud.api.post(f"{path}/{what}", headers=KEY)

    return build


def an_unsubscription(cloud: Cloud) -> Deliver:
    """One click on the link in the first mail's header (RFC 8058)."""
    _written_to(cloud)
    link = cloud.mails()[0].message["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("https://api.outrider.test")
    return lambda: cloud.api.post(path, b"List-Unsubscribe=One-Click", key=ANONYMOUS)


def a_visit(kind: str) -> Callable[[Cloud], Deliver]:
    """The first mail's picture is shown (`o`), or its link followed (`c`)."""

    def build(cloud: Cloud) -> Deliver:
        tracked = {"track_opens": True, "track_clicks": True}
        launched(cloud.api, steps=(HTML_STEP, SOON), settings=tracked)
        cloud.run(hours=0.1)
        path = tracking_path(cloud.mails()[0], kind)
        return lambda: cloud.api.get(path, key=ANONYMOUS, headers=BROWSER)

    return build


def a_notice(kind: str, **part: Any) -> Callable[[Cloud], Deliver]:
    """SES tells what became of the first mail."""

    def build(cloud: Cloud) -> Deliver:
        _written_to(cloud)
        cloud.bus.carry(notice(cloud.mails()[0], kind, **part))
        records = cloud.take("FeedbackQueue")
        assert len(records["Records"]) == 1
        return lambda: cloud.invoke("feedback_receive", records)

    return build


def an_answer(write: Callable[[Mail], bytes]) -> Callable[[Cloud], Deliver]:
    """The recipient of the first mail, or their server, answers: SES puts it into the bucket."""

    def build(cloud: Cloud) -> Deliver:
        _written_to(cloud)
        put_into_bucket(cloud, write(cloud.mails()[0]))
        records = cloud.take("InboundQueue")
        assert len(records["Records"]) == 1
        return lambda: cloud.invoke("inbound_receive", records)

    return build


def a_lost_outcome(cloud: Cloud) -> Deliver:
    """SES tells that it took a mail of which nobody knew whether it went out."""
    _lose_outcome(cloud, "after")
    cloud.bus.carry(notice(cloud.mails()[0], "Send"))
    records = cloud.take("FeedbackQueue")
    return lambda: cloud.invoke("feedback_receive", records)


def a_word_about_unknown(said: str) -> Callable[[Cloud], Deliver]:
    """A person says whether that mail went out."""

    def build(cloud: Cloud) -> Deliver:
        _lose_outcome(cloud, "after" if said == "sent" else "before")
        (enrollment,) = Books(cloud, cloud.api.workspace().id).enrollments
        path = f"/v1/enrollments/{enrollment.id}/resume"
        return lambda: cloud.api.post(path, {"unknown": said}, headers=KEY)

    return build


def a_settlement(said: str, ended: bool) -> Callable[[Cloud], Deliver]:
    """A person says it of the message itself; its enrollment waits for that, or was stopped."""

    def build(cloud: Cloud) -> Deliver:
        _lose_outcome(cloud, "after" if said == "sent" else "before")
        (enrollment,) = Books(cloud, cloud.api.workspace().id).enrollments
        if ended:
            cloud.api.post(f"/v1/enrollments/{enrollment.id}/stop")
        (message,) = cloud.api.get("/v1/messages?status=unknown").json["data"]
        path = f"/v1/messages/{message['id']}/settle"
        return lambda: cloud.api.post(path, {"outcome": said}, headers=KEY)

    return build


def an_answer_to_unknown(cloud: Cloud) -> Deliver:
    """Its recipient answers a mail of which nobody knew whether it went out."""
    _lose_outcome(cloud, "after")
    put_into_bucket(cloud, a_reply(cloud.mails()[0], YES))
    records = cloud.take("InboundQueue")
    return lambda: cloud.invoke("inbound_receive", records)


def from_machine(mail: Mail) -> bytes:
    return a_reply(mail, AWAY, Auto_Submitted="auto-replied")


def _lose_outcome(cloud: Cloud, when: When) -> None:
    """The worker dies before or after it sends the first mail, and its lease runs out."""
    step = a_step(STEP_ONE, SOON)(cloud)
    with cloud.wire.crash_at("SendEmail", when):
        step()
    assert len(cloud.mails()) == (when == "after")
    cloud.clock.advance(minutes=3)
    step()


def a_task_done(cloud: Cloud) -> Deliver:
    a_step(TASK)(cloud)()
    (task,) = Books(cloud, cloud.api.workspace().id).messages
    path = f"/v1/messages/{task.id}/complete"
    return lambda: cloud.api.post(path, {"outcome": "reached"}, headers=KEY)


def _ready_to_launch(cloud: Cloud) -> str:
    """The path that launches a sequence; there are two contacts."""
    a_mailbox(cloud.api)
    some_contacts(cloud.api, 2)
    cloud.drain()
    sequence = cloud.api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json
    return f"/v1/sequences/{sequence['id']}/launch"


def _written_to(cloud: Cloud) -> Launched:
    """The first mail is sent, the second comes in 20 minutes."""
    campaign = launched(cloud.api, steps=(STEP_ONE, SOON))
    cloud.run(hours=0.1)
    assert len(cloud.mails()) == 1
    return campaign


def _first_round(cloud: Cloud, campaign_id: str) -> dict[str, Any]:
    workspace = cloud.api.workspace().id
    return {"workspace": workspace, "campaign_id": campaign_id, "run": 1, "round": 0}


def _claiming(name: str, messages: int, *steps: dict[str, Any]) -> Scenario:
    """A worker that dies with its claim leaves a message that is unknown; one that lives does not,
    whatever AWS does."""
    died, lived = sent(messages, unknown=True), sent(messages)
    return Scenario(name, a_step(*steps), died, minutes=3, survived=lived)

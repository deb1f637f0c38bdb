"""Builders of an outreach on the harness: contacts, a warmed mailbox, a launched sequence."""

import re
from dataclasses import dataclass
from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.models import StepJob
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import transact
from outrider.kit.outbox import Event
from outrider.messages import thread_ids
from outrider.messages.models import Message
from outrider.messages.wiring import message_repository
from outrider.messages.wiring import steps as step_service
from tests.harness.api import Api, Mode
from tests.harness.mail import Mail

STEP_ONE: dict[str, Any] = {
    "channel": "email",
    "wait_days": 0,
    "subject": "A question, {{ first_name }}",
    "text": "Hi {{ first_name }}",
}
HTML_STEP = {
    **STEP_ONE,
    "html": '<p>Hi, <a href="https://a.example/?a=1&amp;b=2">look</a></p>',
}
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"}
STEP_TWO: dict[str, Any] = {
    "channel": "email",
    "wait_before": {"value": 2, "unit": "hours"},
    "if": "no_reply",
    "text": "Did you see it, {{ first_name }}?",
}


@dataclass(frozen=True, slots=True)
class Launched:
    sequence_id: str
    campaign_id: str
    contact_ids: list[str]
    answer: dict[str, Any]


def some_contacts(api: Api, count: int, name: str = "ada", **options: Any) -> list[str]:
    """Ids of new contacts ada0@example.com, ada1@example.com, …"""
    rows = [
        {"email": f"{name}{number}@example.com", "first_name": f"Ada{number}"}
        for number in range(count)
    ]
    answer = api.post("/v1/contacts", {"contacts": rows}, **options)
    return [result["id"] for result in answer.json["results"]]


def a_mailbox(
    api: Api, *, mode: Mode = "live", workspace: str = "acme", **fields: Any
) -> dict[str, Any]:
    """A warmed mailbox without a gap between mails, unless said otherwise."""
    body = {
        "email": f"ada@{api.domain}",
        "daily_cap": 1_000,
        "min_gap_seconds": 0,
        "warmed": True,
        **fields,
    }
    api.own_domain()
    answer = api.post("/v1/mailboxes", body, mode=mode, workspace=workspace)
    assert answer.status == 201, answer.text
    created: dict[str, Any] = answer.json
    return created


def launched(
    api: Api,
    contacts: int = 1,
    *,
    steps: tuple[dict[str, Any], ...] = (STEP_ONE, STEP_TWO),
    mode: Mode = "live",
    mailbox: dict[str, Any] | None = None,
    name: str = "ada",
    **fields: Any,
) -> Launched:
    """A sequence over new contacts, launched from a new mailbox; `fields` are the sequence's.
    A second one in a workspace needs another mailbox, and another `name` for its contacts."""
    a_mailbox(api, mode=mode, **(mailbox or {}))
    contact_ids = some_contacts(api, contacts, name, mode=mode)
    body = {"name": "First", "steps": list(steps), **fields}
    sequence = api.post("/v1/sequences", body, mode=mode)
    assert sequence.status == 201, sequence.text
    answer = api.post(
        f"/v1/sequences/{sequence.json['id']}/launch", {"contact_ids": contact_ids}, mode=mode
    )
    assert answer.status == 200, answer.text
    return Launched(sequence.json["id"], answer.json["campaign_id"], contact_ids, answer.json)


def tracking_path(mail: Mail, kind: str) -> str:
    """The path of the first link of a kind in a mail: `c` click, `o` open, `u` unsubscribe."""
    html = mail.message.get_body(("html",))
    assert html is not None
    found = re.search(rf"https://api\.outrider\.test(/t/{kind}/[\w.-]+)", html.get_content())
    assert found
    return found[1]


def status(api: Api, campaign_id: str, *, mode: Mode = "live") -> dict[str, Any]:
    answer: dict[str, Any] = api.get(f"/v1/campaigns/{campaign_id}/status", mode=mode).json
    return answer


def a_message(api: Api, **fields: Any) -> Message:
    """A mail to a new contact, as the worker leaves it once it was sent; `fields` are of
    `Message`."""
    contact_id = fields.pop("contact_id", None)
    if contact_id is None:
        answer = api.post("/v1/contacts", {"email": f"{ids.new('a')}@example.com"})
        contact_id = answer.json["id"]
    campaign_id = fields.pop("campaign_id", None) or ids.new("cam")
    message = Message(
        id=message_ids.of(contact_id, ids.new("msg")),
        thread_id=thread_ids.thread_id(campaign_id, contact_id),
        contact_id=contact_id,
        campaign_id=campaign_id,
        **{
            "sequence_id": ids.new("seq"),
            "enrollment_id": ids.joined("enr", campaign_id, contact_id),
            "step_id": ids.new("stp"),
            "mailbox_id": ids.new("mbx"),
            "state": "sent",
            "subject": "A question",
            "text": "Hi",
            "created_at": clock.timestamp(),
            **fields,
        },
    )
    caller = Caller.engine(api.workspace().id)
    repository = message_repository(caller)
    record = repository.add_action(message, [_told(caller, message)])
    transact(record, *repository.content_actions(message))
    return message


def _told(caller: Caller, message: Message) -> Event:
    """The event that a message in its state is written with."""
    names = message.names()
    match message.state:
        case "received":
            value = message.classification.value if message.classification else None
            names |= {"classification": value, "stop": value is None}
            name = "reply.received"
            names["in_reply_to"] = message.in_reply_to or message.id
        case "unknown":
            name = "enrollment.paused"
            names = {"message_id": message.id, "reason": "unknown_outcome"} | {
                each: names[each]
                for each in ("enrollment_id", "contact_id", "campaign_id", "sequence_id")
            }
        case state:
            name = f"{message.family}.{state}"
    return caller.event(name, identity=message.id, **names)


def a_task(api: Api, **step: Any) -> StepJob:
    """A task that is due: to call a new contact, unless `step` says otherwise. Gives the job of the
    step, which names contact, campaign and message."""
    a_mailbox(api, email=f"{ids.new('a')}@{api.domain}")
    contact = api.post(
        "/v1/contacts", {"email": f"{ids.new('a')}@example.com", "first_name": "Ada"}
    ).json
    call = {"channel": "call", "wait_days": 0, "text": "Call {{ first_name }}", **step}
    sequence = api.post("/v1/sequences", {"name": "Calls", "steps": [call]}).json
    launch = api.post(
        f"/v1/sequences/{sequence['id']}/launch", {"contact_ids": [contact["id"]]}
    ).json
    job = StepJob(
        workspace=api.workspace().id,
        campaign_id=launch["campaign_id"],
        contact_id=contact["id"],
        sequence_id=sequence["id"],
        steps_version=1,
        generation=1,
        step_id=api.get(f"/v1/sequences/{sequence['id']}/steps").json["steps"][0]["id"],
        mailbox_id="",
    )
    outcome = step_service(Caller.engine(job.workspace), job.campaign_id).run(job)
    assert outcome == "waiting", outcome
    return job

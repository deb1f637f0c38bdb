"""A stack in the middle of its work: a message in every queue, state machines that wait, a worker
that died with its claim, events on their way to functions, and stream records that nobody read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from outrider.kit import clock
from outrider.research.models import Findings, SiteFacts
from outrider.research.site.choice import Site
from outrider.research.site.looking import SiteLookup
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.feedback import notice
from tests.integration.outreach import HTML_STEP, STEP_ONE, STEP_TWO, a_mailbox, some_contacts
from tests.integration.replying import a_reply, put_into_bucket

_TASK = {"channel": "call", "wait_days": 0, "text": "Call {{ first_name }}", "timeout_days": 1}
_LAST = {**STEP_TWO, "wait_before": {"value": 1, "unit": "days"}, "if": "always"}
_CSV = b"email,first_name\nimported@example.com,Imported\n"


@contextmanager
def without_websites() -> Iterator[None]:
    """No website is asked: each of them is known."""

    def look(_self: SiteLookup, site: Site, *_: object) -> Findings:
        return Findings(
            site=site.address,
            outcome="found",
            facts=SiteFacts(name="Anvils"),
            researched_at=clock.timestamp(),
        )

    with patch.object(SiteLookup, "look", look):
        yield


def build(cloud: Cloud, webhook_url: str) -> None:
    """Build the stack. `webhook_url` is an endpoint that answers with 200."""
    webhook = _resources(cloud.api, webhook_url)
    in_review = _workflow(cloud.api, "qualify", "contact")
    running = [_workflow(cloud.api, "research"), _workflow(cloud.api, "qualify")]
    _settle(cloud)
    _send(cloud)
    cloud.clock.advance(minutes=1)
    _settle(cloud)
    for workflow in running:
        _asked(cloud.api, "POST", f"/v1/workflows/{workflow}/run")
    _carry_all(cloud)  # their clocks begin, and queue their leads
    for execution in cloud.executions.running():
        cloud.executions.step(execution, cloud.invoke)
    _ask_for_work(cloud, webhook, in_review)
    _carry_to_queues(cloud)
    records = cloud.take("WebhookFanoutQueue")
    cloud.invoke("webhooks_fanout", records)
    _delete(cloud, "WebhookFanoutQueue", records)


def leave_unread(api: Api) -> None:
    """Write what no reader of a stream has seen yet."""
    _asked(api, "POST", "/v1/contacts", {"email": "late@example.com", "first_name": "Late"})
    _asked(api, "POST", "/v1/companies", {"name": "Late", "domain": "late.example"})


def go_on(cloud: Cloud) -> None:
    """Let a week pass, after which nothing is left to do."""
    cloud.run(days=7)


def _resources(api: Api, webhook_url: str) -> str:
    """Create a campaign over five of six contacts. Return the id of a webhook."""
    a_mailbox(api)
    webhook = {"url": webhook_url, "events": ["contact.*"]}
    webhook_id = str(_asked(api, "POST", "/v1/webhooks", webhook)["id"])
    contacts = some_contacts(api, 6)
    body = {"name": "Running", "steps": [HTML_STEP, STEP_TWO, _TASK, _LAST]}
    sequence = _asked(api, "POST", "/v1/sequences", body)["id"]
    path = f"/v1/sequences/{sequence}/launch"
    _asked(api, "POST", path, {"contact_ids": contacts[:5]})
    _asked(api, "PUT", "/v1/profile", {"titles": ["sales"], "weights": {"titles": 100}})
    return webhook_id


def _workflow(api: Api, *stages: str) -> str:
    """Create a workflow with a lead."""
    body = {"name": " ".join(stages), "stages": stages}
    workflow = str(_asked(api, "POST", "/v1/workflows", body)["id"])
    lead = {"email": f"{'.'.join(stages)}@anvils.dev", "title": "VP Sales"}
    _asked(api, "POST", "/v1/leads", {**lead, "workflow_id": workflow})
    if "contact" in stages:
        _asked(api, "POST", f"/v1/workflows/{workflow}/run")
    return workflow


def _send(cloud: Cloud) -> None:
    """Send four of five emails that the campaign queues; the worker of the last of them dies."""
    _carry_all(cloud)
    for execution in cloud.executions.running():
        cloud.executions.step(execution, cloud.invoke)
    cloud.clock.advance(seconds=1)
    for number in range(4):
        records = cloud.take("StepsQueue", 1)
        with cloud.wire.crash_at("SendEmail" if number == 3 else 1_000, "after"):
            cloud.invoke("steps_run", records)
            _delete(cloud, "StepsQueue", records)


def _delete(cloud: Cloud, queue: str, records: dict[str, Any]) -> None:
    ids = {each["messageId"] for each in records["Records"]}
    handled = [each for each in cloud.queue(queue).messages if each.id in ids]
    cloud.queue(queue).delete(handled)


def _ask_for_work(cloud: Cloud, webhook: str, in_review: str) -> None:
    """Do what leads to a message in each queue, and to an event for each function."""
    api = cloud.api
    api.post("/v1/contacts", {"email": "new@example.com", "first_name": "New"})
    api.post("/v1/companies", {"name": "Example", "domain": "anvils.dev"})
    since = {"since": "2026-01-01T00:00:00Z"}
    _asked(api, "POST", f"/v1/webhooks/{webhook}/replay", since)
    _asked(api, "POST", "/v1/exports", {"kind": "contacts", "format": "csv"})
    goal = {"goal": "How many credits are left?"}
    _asked(api, "POST", "/v1/agent/runs", goal, mode="test")
    _asked(api, "PUT", "/v1/profile", {"titles": ["head"], "weights": {"titles": 100}})
    leads = api.get(f"/v1/leads?workflow_id={in_review}").json["data"]
    _asked(api, "POST", "/v1/leads/approve", {"ids": [each["id"] for each in leads]})
    created = {"kind": "contacts", "duplicates": "skip"}
    cloud.upload(_asked(api, "POST", "/v1/imports", created)["upload"]["url"], _CSV)
    body = {"name": "All", "steps": [STEP_ONE]}
    sequence = _asked(api, "POST", "/v1/sequences", body)["id"]
    _asked(api, "POST", f"/v1/sequences/{sequence}/launch", {"filter": {"tag": "none"}})
    first, second, *_ = cloud.mails()
    cloud.bus.carry(notice(first, "Delivery"))
    put_into_bucket(cloud, a_reply(second, "Sounds great, let's talk."))


def _settle(cloud: Cloud) -> None:
    """Carry everything that moves at this moment, except steps."""
    for _ in range(20):
        held, cloud.queue("StepsQueue").messages = cloud.queue("StepsQueue").messages, []
        cloud.drain()
        cloud.queue("StepsQueue").messages += held
        due = [each for each in cloud.executions.running() if each.wake_ms <= clock.epoch_ms()]
        if not due:
            return
        for execution in due:
            cloud.executions.step(execution, cloud.invoke)
    raise AssertionError("the stack does not come to rest")


def _carry_all(cloud: Cloud) -> None:
    """Carry streams and events, but no messages of queues."""
    cloud.take("StepsQueue", 0)


def _carry_to_queues(cloud: Cloud) -> None:
    """Carry streams, and events to queues; those for functions stay on the bus."""
    queues = {queue.arn: queue for queue in cloud.queues().values()}
    while cloud._carry_streams():
        pass
    for_functions = [each for each in cloud.bus.pending if each[0] not in queues]
    for target, event in cloud.bus.pending:
        if target in queues:
            queues[target].send(json.dumps(event))
    cloud.bus.pending.clear()
    cloud.bus.pending.extend(for_functions)


def _asked(api: Api, method: str, path: str, body: object = None, **options: Any) -> Any:
    answer = api.request(method, path, body, **options)
    assert answer.status < 300, f"{method} {path}: {answer.text}"
    return answer.json

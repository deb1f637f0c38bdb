"""A dead-letter queue is redriven: what lay in it is done then, and once, however often a message
comes."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import feedback
from tests.integration.example_data import a_draft
from tests.integration.importing import prepared
from tests.integration.outreach import STEP_ONE, a_mailbox, launched
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.running_workflows import PROFILE, SALES, a_lead, a_workflow, run
from tests.receivers import Receiver, answering, receiver
from tools import templates


@dataclass(frozen=True, slots=True)
class World:
    """Attributes: `endpoint`, a webhook endpoint for all events once `listen` is called."""

    api: Api
    cloud: Cloud
    endpoint: Receiver

    def listen(self) -> str:
        body = {"url": self.endpoint.url, "events": ["*"]}
        return str(self.api.post("/v1/webhooks", body).json["id"])

    def settle(self) -> None:
        self.cloud.run(hours=0.1)

    def effects(self) -> Counter[str]:
        """All that happened: events of both modes, emails, requests to the endpoint; and what has
        no event: contacts with a company, and leads by status."""
        found = Counter({"email": len(self.cloud.mails()), "request": len(self.endpoint.requests)})
        for mode in ("live", "test"):
            feed = self.api.get("/v1/events?limit=200", mode=mode).json["data"]
            found.update(event["event"] for event in feed)
        contacts = self.api.get("/v1/contacts").json["data"]
        found.update("linked" for contact in contacts if contact["company_id"])
        found.update(lead["status"] for lead in self.api.get("/v1/leads").json["data"])
        return found


def steps(world: World) -> None:
    launched(world.api, steps=(STEP_ONE,))


def webhooks(world: World) -> None:
    world.listen()
    world.api.post("/v1/contacts", {"email": "ada@example.com"})


def replays(world: World) -> None:
    world.api.post("/v1/contacts", {"email": "ada@example.com"})
    world.settle()
    webhook = world.listen()
    world.api.post(f"/v1/webhooks/{webhook}/replay", {"since": "2026-03-01T00:00:00Z"})


def imports(world: World) -> None:
    prepared(world.api, world.cloud).upload("email\nada@example.com\n")


def exports(world: World) -> None:
    world.api.post("/v1/exports", {"kind": "contacts", "format": "csv"})


def enrolling(world: World) -> None:
    campaign = a_draft(world.api)
    world.api.post("/v1/contacts", {"email": "ada@example.com"})
    world.api.post(f"/v1/campaigns/{campaign}/launch", {"filter": {}})


def agent_runs(world: World) -> None:
    world.api.post("/v1/agent/runs", {"goal": "How many credits are left?"}, mode="test")


def workflow(*stages: str) -> Callable[[World], None]:
    def begin(world: World) -> None:
        a_mailbox(world.api)
        world.api.put("/v1/profile", PROFILE)
        world.settle()
        made = a_workflow(world.api, *stages)
        a_lead(world.api, made, "ada@acme.example", **SALES)
        run(world.api, made)

    return begin


def company_links(world: World) -> None:
    world.api.post("/v1/contacts", {"email": "ada@acme.example"})
    world.settle()
    world.api.post("/v1/companies", {"domain": "acme.example"})


def rescoring(world: World) -> None:
    lead = world.api.post("/v1/leads", {"email": "ada@example.com", **SALES}).json["id"]
    world.api.post(f"/v1/leads/{lead}/qualify")
    world.api.put("/v1/profile", {"titles": ["gardener"], "weights": {"titles": 100}})


def replies(world: World) -> None:
    steps(world)
    world.settle()
    put_into_bucket(world.cloud, a_reply(world.cloud.mails()[0]))


def bounces(world: World) -> None:
    steps(world)
    world.settle()
    (mail,) = world.cloud.mails()
    world.cloud.bus.carry(feedback.notice(mail, "Bounce"))


CASES: dict[str, tuple[Callable[[World], None], str]] = {
    "StepsQueue": (steps, "email.sent"),
    "WebhookFanoutQueue": (webhooks, "request"),
    "WebhookDeliveriesQueue": (webhooks, "request"),
    "WebhookReplaysQueue": (replays, "request"),
    "ImportsQueue": (imports, "contact.created"),
    "ExportsQueue": (exports, "export.completed"),
    "EnrollingQueue": (enrolling, "enrollment.created"),
    "AgentRunsQueue": (agent_runs, "agent.run_completed"),
    "ResearchQueue": (workflow("research", "qualify"), "lead.qualified"),
    "QualifyQueue": (workflow("qualify"), "lead.qualified"),
    "ContactQueue": (workflow("contact"), "review"),
    "CompanyLinksQueue": (company_links, "linked"),
    "RescoringQueue": (rescoring, "lead.disqualified"),
    "InboundQueue": (replies, "reply.received"),
    "FeedbackQueue": (bounces, "email.bounced"),
}
"""What brings a message into the queue, and the effect that is missing until it is redriven."""


@pytest.fixture
def world(api: Api, cloud: Cloud) -> Iterator[World]:
    with cloud.environment(STAGE="local"), receiver(answering()) as endpoint:
        yield World(api, cloud, endpoint)


class TestRedrive:
    def test_is_tried_with_every_queue(self) -> None:
        queues = templates.resources(templates.load("infra/messaging.yaml"), "AWS::SQS::Queue")

        assert CASES.keys() == {name for name in queues if not name.endswith("DeadLetters")}

    @pytest.mark.parametrize("name", CASES)
    def test_does_what_was_left_and_does_it_once(
        self, world: World, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin, effect = CASES[name]
        queue = world.cloud.queue(name)
        assert queue.dead_letters
        with monkeypatch.context() as failing:
            failing.setattr(queue, "max_receives", 0)  # as if its worker had failed each time
            begin(world)
            world.settle()
        copies = [replace(message) for message in queue.dead_letters.messages]
        before = world.effects()

        moved = queue.redrive()
        world.settle()
        once = world.effects()
        queue.dead_letters.messages = copies
        queue.redrive()
        world.settle()

        assert moved == len(copies) > 0
        assert once[effect] > before[effect]
        assert world.effects() == once

"""A small workspace with a workflow, for tests that do anything to it in any order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.models import Enrollment
from outrider.credits.errors import InsufficientCredits
from outrider.credits.service import CreditService
from outrider.credits.wiring import credits
from outrider.kit import clock
from outrider.research.models import Findings, SiteFacts
from outrider.research.site.choice import Site
from outrider.research.site.looking import SiteLookup
from tests.engine.workflow_books import WorkflowBooks
from tests.engine.world import Cut, World, text_of
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.outreach import a_mailbox

QUEUES = {"research": "ResearchQueue", "qualify": "QualifyQueue", "contact": "ContactQueue"}
PEOPLE = ("ada@anvils.dev", "bob@anvils.dev", "cleo@globes.dev", "dan@gmail.com", "eve@bolts.dev")
PROFILES: tuple[dict[str, Any], ...] = (
    {"titles": ["sales"], "weights": {"titles": 100}},
    {"titles": ["gardener"], "weights": {"titles": 100}},
    {},
)
WORKFLOWS: dict[str, dict[str, Any]] = {
    "scored": {"stages": ["research", "qualify"]},
    "reviewed": {"stages": ["research", "qualify", "contact"]},
    "unreviewed": {"stages": ["qualify", "contact"], "settings": {"auto_review": True}},
}
_TITLES = ("VP Sales", "Gardener", "Sales", "Gardener", "Head of Sales")
_CHAT = "cht_all"
_LINK = "https://"


class WorkflowWorld(World):
    """A world with one workflow and no other campaign."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.workflow_id = ""

    def workflow_books(self) -> WorkflowBooks:
        return WorkflowBooks(self.cloud, self.cloud.api.workspace().id)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """As of any world; and no website is asked, each of them is known."""
        look = patch.object(SiteLookup, "look", lambda _self, site, *_: _found(site))
        with super().watched(), look:
            yield

    def is_approved(self, enrollment: Enrollment, mail: Mail) -> bool:
        """As of any world: the draft of the lead, but for its link to unsubscribe."""
        (lead,) = [each for each in self.workflow_books().leads if each.id == enrollment.lead_id]
        if lead.draft is None or lead.approved_at is None:
            return False
        approved = lead.draft.text.partition(_LINK)[0].split()
        text = text_of(mail).partition(_LINK)[0].split()
        return (mail.message["Subject"], text) == (lead.draft.subject, approved)

    def is_idle(self) -> bool:
        workflows = self.workflow_books().workflows
        return [(each["status"], "deleted_at" in each) for each in workflows] == [("idle", False)]

    def ask(self, what: str, cut: Cut | None = None, method: str = "POST", **body: Any) -> None:
        """A request about the workflow."""
        path = f"/v1/workflows/{self.workflow_id}{what}"
        self.request(method, path, body or None, cut=cut)

    def add(self, person: str, cut: Cut | None) -> None:
        body = {"email": person, "title": _TITLES[PEOPLE.index(person)]}
        self.request("POST", "/v1/leads", {**body, "workflow_id": self.workflow_id}, cut=cut)

    def review(self, what: str, cut: Cut | None) -> None:
        """Somebody approves or rejects what waits for it."""
        leads = [lead.id for lead in self.workflow_books().leads if lead.status == "review"]
        if leads:
            self.request("POST", f"/v1/leads/{what}", {"ids": sorted(leads)}, cut=cut)

    def end_credits(self) -> None:
        available = self._ledger().show().available
        try:
            self._ledger().hold(_CHAT, "chat", available)
        except InsufficientCredits:
            return

    def give_credits_back(self) -> None:
        self._ledger().void(_CHAT)

    def pass_time(self, **time: float) -> None:
        super().pass_time(**time)
        self.cloud.invoke("workflows_start", {})

    def come_to_an_end(self) -> None:
        """Whatever people hold up goes on, until nothing is left to do."""
        for _ in range(4):
            self.give_credits_back()
            self.review("approve", None)
            if any(each["status"] == "paused" for each in self.workflow_books().workflows):
                self.ask("/resume")
            self.cloud.run(until=self.cloud.clock.now + timedelta(hours=2))
            self.cloud.invoke("workflows_start", {})
            self.cloud.invoke("campaigns_start", {"source": "aws.scheduler"})

    def _ledger(self) -> CreditService:
        return credits(Caller.engine(WorkspaceId(self.cloud.api.workspace().id)))

    def _build(self, plan: str) -> None:
        api = self.cloud.api
        a_mailbox(api, email="ada@outrider.test", daily_cap=20)
        api.put("/v1/profile", PROFILES[0])
        made = api.post("/v1/workflows", {"name": "Outbound", **WORKFLOWS[plan]})
        assert made.status == 201, made.text
        self.workflow_id = made.json["id"]
        for person in PEOPLE[:3]:
            self.add(person, None)
        self.cloud.drain()


def _found(site: Site) -> Findings:
    return Findings(
        site=site.address,
        outcome="found",
        facts=SiteFacts(name="Anvils"),
        researched_at=clock.timestamp(),
    )

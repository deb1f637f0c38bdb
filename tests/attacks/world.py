"""A workspace with something to lose, and a neighbour with the same."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from outrider.kit import clock
from outrider.research.models import Findings, ResearchSource, SiteFacts
from outrider.research.site.choice import Site
from tests.attacks.table import Attack, Channel
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import READS
from tests.harness.snapshots import Snapshot
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.replying import a_reply, take
from tests.integration.webhooks import NOBODY

OWN, NEIGHBOUR = "acme", "globex"
READABLE: Mapping[Channel, tuple[str, Mapping[str, Any]]] = {
    "reply": ("get_thread", {"thread_id": "@thread"}),
    "page": ("research_contact", {"contact_id": "@contact", "refresh": True}),
    "custom field": ("get_contact", {"contact_id": "@contact"}),
    "contact name": ("list_contacts", {"limit": 10}),
    "company name": ("get_company", {"company_id": "@company"}),
    "tool result": ("list_campaigns", {}),
}
"""The tool call that shows a channel to a model."""
_NAME = re.compile(r"@(\w+)")


@dataclass(slots=True)
class World:
    """`names` are the ids of what there is, by the names that attacks use; those of the neighbour
    begin with `foreign_`."""

    api: Api
    cloud: Cloud
    names: dict[str, str] = field(default_factory=dict)
    page: str = ""
    """What the website of the contact's company says."""
    looked_at: list[str] = field(default_factory=list)
    """The addresses that research read from."""
    _before: Snapshot | None = None
    """How everything stands, unless something was changed meanwhile."""
    _calls: int = 0
    """Of these calls it has what they changed."""

    @classmethod
    def built(cls, api: Api, cloud: Cloud) -> "World":
        """Both workspaces, after each has sent an email and got an answer."""
        world = cls(api, cloud)
        for workspace, prefix in ((OWN, ""), (NEIGHBOUR, "foreign_")):
            made = world._furnish(workspace)
            world.names |= {f"{prefix}{name}": id for name, id in made.items()}
        return world

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Have everything as it was, when the block ends."""
        if self._before is None or self._changed(self._before):
            self._before, self._calls = self.cloud.snapshot(), len(self.cloud.wire.calls)
        before, page = self._before, self.page
        self.looked_at.clear()
        try:
            yield
        finally:
            self.page = page
            if self._changed(before):
                self.cloud.restore(before)
                self._calls = 0

    def _changed(self, before: Snapshot) -> bool:
        made = {call.operation for call in self.cloud.wire.calls[self._calls :]}
        return not made <= READS or self.cloud.clock.now != before.moment

    def filled(self, text: str, more: Mapping[str, str] | None = None) -> str:
        """A text with ids in the place of names, of which there may be `more`."""
        names = self.names | dict(more or {})
        return _NAME.sub(lambda found: names.get(found[1], found[0]), text)

    def resolved(
        self, arguments: Mapping[str, Any], more: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The same for all texts of arguments."""
        filled: dict[str, Any] = json.loads(self.filled(json.dumps(arguments), more))
        return filled

    def plant(self, attack: Attack) -> None:
        """Put the instruction of an attack where its channel is read."""
        whole = " ".join(attack.parts)
        match attack.channel:
            case "reply":
                self._answer(OWN, self.names["contact"], whole)
            case "page":
                self.page = whole
            case "custom field":
                notes = dict(enumerate(attack.parts))
                self._change(f"contacts/{self.names['contact']}", custom=notes)
            case "contact name":
                first, *last = [part[:500] for part in attack.parts]
                names = {"first_name": first} | ({"last_name": last[0]} if last else {})
                self._change(f"contacts/{self.names['contact']}", **names)
            case "company name":
                self._change(f"companies/{self.names['company']}", name=whole[:500])
            case "tool result":
                self._change(f"campaigns/{self.names['campaign']}", name=whole[:200])
            case "message":
                pass

    def look(self, site: Site, _: Findings | None) -> Findings:
        """What research reads: the page, in the place of a website."""
        now, url = clock.timestamp(), site.candidates(plain=False)[0]
        self.looked_at.append(url)
        return Findings(
            site=site.address,
            outcome="found",
            facts=SiteFacts(url=url, description=self.page or "We make anvils."),
            sources=[ResearchSource(url=url, fetched_at=now, status=200)],
            researched_at=now,
        )

    def _change(self, path: str, **fields: Any) -> None:
        answer = self.api.patch(f"/v1/{path}", fields)
        assert answer.status == 200, answer.text

    def _furnish(self, workspace: str) -> dict[str, str]:
        domain = f"{workspace}.com"

        def make(path: str, body: Any) -> dict[str, Any]:
            answer = self.api.post(f"/v1/{path}", body, workspace=workspace)
            assert answer.status in (200, 201), answer.text
            made: dict[str, Any] = answer.json
            return made

        made = {
            "workspace": self.api.workspace(workspace).id,
            "key": self.api.workspace(workspace).live_key,
        }
        company = make("companies", {"name": "Acme", "website": f"https://{domain}"})
        made["company"] = company["id"]
        for name in ("contact", "other_contact", "unsubscribed"):
            body = {"email": f"{name}@{domain}", "first_name": "Ada", "company_id": company["id"]}
            made[name] = make("contacts", body)["id"]
        self.api.patch(
            f"/v1/contacts/{made['unsubscribed']}", {"status": "unsubscribed"}, workspace=workspace
        )
        sender = f"ada@{workspace}.outrider.test"
        made["mailbox"] = a_mailbox(self.api, workspace=workspace, email=sender)["id"]
        left = {"address": f"left@{domain}", "reason": "manual"}
        made["suppression"] = make("suppressions", left)["id"]
        hook = {"url": NOBODY, "events": ["*"]}
        made["webhook"] = make("webhooks", hook)["id"]
        made["workflow"] = make("workflows", {"name": "Leads", "stages": ["qualify"]})["id"]
        made["lead"] = make("leads", {"contact_id": made["contact"]})["id"]
        running = make("sequences", {"name": "Running", "steps": [STEP_ONE]})["id"]
        launched = make(f"sequences/{running}/launch", {"contact_ids": [made["contact"]]})
        made["campaign"] = launched["campaign_id"]
        draft = make("sequences", {"name": "Draft", "steps": [STEP_ONE]})
        made["sequence"] = draft["id"]
        steps = self.api.get(f"/v1/sequences/{draft['id']}/steps", workspace=workspace)
        made["step"] = steps.json["steps"][0]["id"]
        page = self.api.get("/v1/contacts?limit=1", workspace=workspace).json
        made["cursor"] = page["next_cursor"]
        self.cloud.run(hours=1)
        self._answer(workspace, made["contact"], "We are looking at it.")
        self.cloud.drain()
        messages = self.api.get("/v1/messages?direction=in", workspace=workspace).json["data"]
        made["thread"] = messages[0]["thread_id"]
        return made

    def _answer(self, workspace: str, contact_id: str, text: str) -> None:
        address = f"contact@{workspace}.com"
        mail = next(each for each in self.cloud.mails() if each.recipients == [address])
        number = len(self.cloud.calls())
        result = take(self.cloud, a_reply(mail, text, Message_ID=f"<answer-{number}@{workspace}>"))
        assert result["kind"] == "reply", (contact_id, result)

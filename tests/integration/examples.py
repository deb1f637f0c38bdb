"""An example of each call of the API: what it takes, and how to make what its path names.

Tests of every route and the budgets read this table; a route without an example fails one of them.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from outrider.campaigns.enrollments import message_ids
from outrider.kit import ids
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.routes import Route
from tests.harness.api import Api
from tests.integration.example import Example
from tests.integration.example_data import (
    a_company,
    a_contact,
    a_contact_to_research,
    a_contact_with_a_past,
    a_contact_with_a_thread,
    a_draft,
    a_held_credit,
    a_pool,
    a_reply,
    a_sequence,
    a_step_for_a_contact,
    a_suppression,
    a_test_of_the_newest_sequence,
    a_thread,
    an_api_key,
    an_event,
    an_export,
    an_import,
    an_import_to_confirm,
    an_unknown_message,
    an_unverified_contact,
    campaign_of_a_sequence,
    one_mailbox,
    one_mailbox_never_in_dns,
    one_mailbox_to_verify,
    one_message,
    one_more_contact,
    one_task,
    one_unknown_message,
    two_contacts,
)
from tests.integration.examples_of_agents import AGENTS
from tests.integration.examples_of_approvals import APPROVALS
from tests.integration.examples_of_chats import CHATS
from tests.integration.examples_of_leads import LEADS
from tests.integration.examples_of_llm_providers import LLM_PROVIDERS
from tests.integration.outreach import STEP_ONE
from tests.integration.public_routes import PUBLIC
from tests.integration.running import (
    a_campaign,
    a_launched_sequence,
    a_paused_campaign,
    a_paused_enrollment,
    a_paused_sequence,
    an_enrolled_contact,
    an_enrollment,
)
from tests.integration.webhooks import (
    NOBODY,
    a_disabled_webhook,
    a_failed_delivery,
    a_replay,
    a_webhook,
    a_webhook_with_deliveries,
    a_webhook_with_replays,
)
from tools import routes

EXAMPLES: dict[str, Example] = {
    # Where it finds any, it reads their last contacts (test_budgets.py).
    "GET /v1/contacts": Example(2, make=a_contact),
    "POST /v1/contacts": Example(2, {"email": "ada@example.com"}),
    "GET /v1/contacts/{contact_id}": Example(2, make=a_contact),
    # The change, then its last contact. Another address takes one read more where a claim stands
    # (test_budgets.py).
    "PATCH /v1/contacts/{contact_id}": Example(3, {"title": "CTO"}, make=a_contact),
    "PUT /v1/contacts/{contact_id}": Example(3, {"title": "CTO"}, make=a_contact),
    "DELETE /v1/contacts/{contact_id}": Example(2, make=a_contact),
    # The contacts, what suppresses them, and all of it in one transaction.
    "POST /v1/contacts/merge": Example(
        4, {"winner_id": ids.new("con"), "loser_ids": [ids.new("con")]}, name=two_contacts
    ),
    # What suppresses it; its enrollments, messages and events.
    "GET /v1/contacts/{contact_id}/export": Example(7, make=a_contact_with_a_past),
    # Was it erased, the contact, what stops everything; its enrollments and messages, their count;
    # the tombstone, its claim, its research, its last contact and itself; its lead; what was said
    # to it; that it is done.
    "POST /v1/contacts/{contact_id}/erase": Example(15, make=a_contact),
    # What the feed tells of it, and its messages; itself, where they know nothing of it yet
    # (test_budgets.py).
    "GET /v1/contacts/{contact_id}/timeline": Example(4, make=a_contact_with_a_past),
    # What DNS says comes between reading the address and keeping the verdict.
    "POST /v1/contacts/{contact_id}/verify": Example(3, make=an_unverified_contact),
    # The contact beside what is kept, its company; then credits held, and given back (two calls).
    "POST /v1/contacts/{contact_id}/research": Example(7, {}, make=a_contact_to_research),
    **APPROVALS,
    **CHATS,
    **LEADS,
    "GET /v1/companies": Example(2, make=a_company),
    "POST /v1/companies": Example(2, {"domain": "acme.example"}, keeps_unknown=True),
    "GET /v1/companies/{company_id}": Example(2, make=a_company),
    # A domain, unknown fields or a name to clear take a read more (test_budgets.py).
    "PATCH /v1/companies/{company_id}": Example(
        2, {"industry": "Tools"}, make=a_company, keeps_unknown=True
    ),
    "PUT /v1/companies/{company_id}": Example(
        2, {"industry": "Tools"}, make=a_company, keeps_unknown=True
    ),
    "DELETE /v1/companies/{company_id}": Example(2, make=a_company),
    "GET /v1/suppressions": Example(2, make=a_suppression),
    "POST /v1/suppressions": Example(2, {"address": "ada@example.com", "reason": "manual"}),
    "DELETE /v1/suppressions/{suppression_id}": Example(2, make=a_suppression),
    "GET /v1/imports": Example(2, make=an_import),
    "POST /v1/imports": Example(2, {"kind": "contacts", "format": "csv", "duplicates": "update"}),
    "GET /v1/imports/{import_id}": Example(2, make=an_import),
    # The import, then its chunks that have such rows.
    "GET /v1/imports/{import_id}/rows": Example(3, make=an_import, by_worker=True),
    # The import, then who has the addresses of its first rows; and those contacts, where any has.
    "POST /v1/imports/{import_id}/preview": Example(3, {}, make=an_import_to_confirm),
    "POST /v1/imports/{import_id}/confirm": Example(3, {}, make=an_import_to_confirm),
    # The import, whose kind tells the scope, then the change.
    "POST /v1/imports/{import_id}/revert": Example(3, make=an_import),
    "GET /v1/exports": Example(2, make=an_export),
    "POST /v1/exports": Example(2, {"kind": "contacts", "format": "csv"}),
    "GET /v1/exports/{export_id}": Example(2, make=an_export),
    # The page, and one more for when its keys were last used: only the meter's records know.
    "GET /v1/api-keys": Example(3, make=an_api_key),
    "POST /v1/api-keys": Example(2, {"name": "CI", "scopes": ["contacts:read"]}),
    # The old key, whose name and scopes the new one gets; then both in one transaction.
    "POST /v1/api-keys/{key_id}/rotate": Example(3, {"overlap_seconds": 60}, make=an_api_key),
    "DELETE /v1/api-keys/{key_id}": Example(3, make=an_api_key),
    # What they have sent today is one read more, here and for pools (test_mailboxes.py).
    "GET /v1/mailboxes": Example(2, make=one_mailbox),
    # What the workspace has proved is read first.
    "POST /v1/mailboxes": Example(3, {"email": "ada@outrider.test"}),
    "GET /v1/mailboxes/{mailbox_id}": Example(2, make=one_mailbox),
    "PATCH /v1/mailboxes/{mailbox_id}": Example(3, {"daily_cap": 80}, make=one_mailbox),
    # Its address and its pool are read first.
    "DELETE /v1/mailboxes/{mailbox_id}": Example(3, make=one_mailbox),
    # What is found out comes between reading and keeping.
    # Whether another workspace has proved the address meanwhile.
    "POST /v1/mailboxes/{mailbox_id}/check": Example(4, make=one_mailbox_never_in_dns),
    # The mailbox, what the workspace has proved, a proof kept.
    "POST /v1/mailboxes/{mailbox_id}/verify": Example(
        4, {"method": "dns"}, make=one_mailbox_to_verify
    ),
    # Pools and mailboxes; what became of their mails is one read more.
    "GET /v1/deliverability": Example(2),
    "GET /v1/mailbox-pools": Example(2, make=a_pool),
    "POST /v1/mailbox-pools": Example(2, {"name": "EU West"}),
    "GET /v1/mailbox-pools/{pool_id}": Example(2, make=a_pool),
    # Its mailboxes are read first.
    "PATCH /v1/mailbox-pools/{pool_id}": Example(3, {"name": "West"}, make=a_pool),
    "DELETE /v1/mailbox-pools/{pool_id}": Example(3, make=a_pool),
    "GET /v1/sequences": Example(2, make=a_sequence),
    "POST /v1/sequences": Example(2, {"name": "First", "steps": [STEP_ONE]}),
    "GET /v1/sequences/{sequence_id}": Example(2, make=a_sequence),
    # The sequence, then the change.
    "PATCH /v1/sequences/{sequence_id}": Example(3, {"name": "Second"}, make=a_sequence),
    "DELETE /v1/sequences/{sequence_id}": Example(3, make=a_sequence),
    # The sequence, which names the version of its steps, and these. PUT reads them to keep ids.
    "GET /v1/sequences/{sequence_id}/steps": Example(3, make=a_sequence),
    "POST /v1/sequences/{sequence_id}/lint": Example(3, make=a_sequence),
    # Sequence, steps, the pool, what its mailboxes have sent today.
    "POST /v1/sequences/{sequence_id}/plan": Example(5, {"contact_count": 2}, make=a_sequence),
    "PUT /v1/sequences/{sequence_id}/steps": Example(3, {"steps": [STEP_ONE]}, make=a_sequence),
    # Sequence, what its step sees, the pool, whose address it is; the test noted and taken of the
    # day; its outcome.
    "POST /v1/sequences/{sequence_id}/test-send": Example(
        7,
        {"step_id": ids.new("stp"), "contact_id": ids.new("con"), "to": "ada@outrider.test"},
        make=a_sequence,
        name=a_test_of_the_newest_sequence,
    ),
    # Sequence, pool, steps; the campaign made; sequence and campaign started. Enrolling contacts
    # adds to it.
    "POST /v1/sequences/{sequence_id}/launch": Example(6, {}, make=a_sequence),
    # The sequence and its campaign, then both.
    "POST /v1/sequences/{sequence_id}/pause": Example(4, make=a_launched_sequence),
    # What came due meanwhile, besides.
    "POST /v1/sequences/{sequence_id}/resume": Example(7, make=a_paused_sequence),
    "GET /v1/campaigns": Example(2, make=a_draft),
    # The sequence, whose settings it gets.
    "POST /v1/campaigns": Example(
        3, {"name": "Q2", "sequence_id": ids.new("seq")}, name=campaign_of_a_sequence
    ),
    "GET /v1/campaigns/{campaign_id}": Example(2, make=a_draft),
    "PATCH /v1/campaigns/{campaign_id}": Example(3, {"name": "Q3"}, make=a_draft),
    "DELETE /v1/campaigns/{campaign_id}": Example(3, make=a_draft),
    # Campaign, sequence, pool, steps; the campaign taken; the campaign started.
    "POST /v1/campaigns/{campaign_id}/launch": Example(7, {}, make=a_draft),
    "POST /v1/campaigns/{campaign_id}/pause": Example(3, make=a_campaign),
    # The campaign, what came due meanwhile (a query for each lane), the change.
    "POST /v1/campaigns/{campaign_id}/resume": Example(6, make=a_paused_campaign),
    # Campaign and steps; the contact's address is free, the contact made; is it enrolled, what
    # suppresses it (2), then all of it in one transaction, with the clock's promise; due at once,
    # its step is handed over: steps, pool, what that has left, its reservation.
    "POST /v1/campaigns/{campaign_id}/trigger": Example(
        14, {"email": "new@example.com", "first_name": "New"}, make=a_campaign
    ),
    # The campaign with its counts, what is due in each lane, what that is; its steps, the pool and
    # what it has sent.
    "GET /v1/campaigns/{campaign_id}/explain": Example(10, make=a_campaign),
    # The campaign, what failed.
    "POST /v1/campaigns/{campaign_id}/retry": Example(3, {}, make=a_campaign),
    # The campaign, its steps, whether the contact is there; the clock is woken; what suppresses it
    # (2), is it enrolled; the change of the campaign.
    "POST /v1/campaigns/{campaign_id}/audience": Example(
        10, {"contact_ids": [ids.new("con")]}, make=a_campaign, name=one_more_contact
    ),
    # The campaign with its counts, its statistics, its steps.
    "GET /v1/campaigns/{campaign_id}/stats": Example(4, make=a_campaign),
    # The campaign, then the page.
    "GET /v1/campaigns/{campaign_id}/enrollments": Example(3, make=a_campaign, by_worker=True),
    "GET /v1/campaigns/{campaign_id}/audience": Example(3, make=a_campaign, by_worker=True),
    # The page of keys, the enrollments.
    "GET /v1/enrollments": Example(3, query=an_enrolled_contact, by_worker=True),
    "GET /v1/enrollments/{enrollment_id}": Example(2, make=an_enrollment),
    "POST /v1/enrollments/{enrollment_id}/pause": Example(3, make=an_enrollment),
    # The campaign besides, which knows the shards; due by now, its step is handed over: steps,
    # pool, what that has left, the slot.
    "POST /v1/enrollments/{enrollment_id}/resume": Example(9, {}, make=a_paused_enrollment),
    "POST /v1/enrollments/{enrollment_id}/stop": Example(3, make=an_enrollment),
    # The campaign with its counts, its statistics.
    "GET /v1/campaigns/{campaign_id}/status": Example(3, make=a_campaign),
    # The page of keys; where there are any, the messages besides (test_messages.py).
    "GET /v1/messages": Example(2, make=one_message),
    # The sequence, what its step sees, the mailboxes of the pool.
    "GET /v1/messages/preview": Example(4, query=a_step_for_a_contact),
    # Where it is, the message.
    "GET /v1/messages/{message_id}": Example(2, make=one_message),
    # Where it is, the task; its enrollment, all that lies before it; all of it in one transaction.
    "POST /v1/messages/{message_id}/complete": Example(5, {"outcome": "Left word"}, make=one_task),
    # Where it is, the message; its enrollment and campaign; the change.
    "POST /v1/messages/{message_id}/settle": Example(
        5, {"outcome": "sent"}, make=an_unknown_message
    ),
    # For each message the same; with filters the page of keys besides, and what it names.
    "POST /v1/messages/settle": Example(
        5,
        {"outcome": "sent", "message_ids": [message_ids.of(ids.new("con"), "lost")]},
        name=one_unknown_message,
    ),
    # The enrollment, what its step sees; limits, the pool and what it sent; what was noted, what
    # suppresses it.
    "GET /v1/enrollments/{enrollment_id}/explain": Example(7, make=an_enrollment),
    # Where it is, the reply; what it answers, which is gone; the change. Where it is kept, three
    # reads more (test_replies.py).
    "PATCH /v1/messages/{message_id}/classification": Example(
        4, {"value": "interested"}, make=a_reply
    ),
    "GET /v1/threads": Example(2, query=a_contact_with_a_thread, by_worker=True),
    "GET /v1/threads/{thread_id}": Example(2, make=a_thread),
    "GET /v1/webhooks": Example(2, make=a_webhook),
    "POST /v1/webhooks": Example(2, {"url": NOBODY, "events": ["*"]}),
    "GET /v1/webhooks/{webhook_id}": Example(2, make=a_webhook),
    # The webhook, then the change.
    "PATCH /v1/webhooks/{webhook_id}": Example(3, {"description": "CRM"}, make=a_webhook),
    "DELETE /v1/webhooks/{webhook_id}": Example(2, make=a_webhook),
    # What waits is handed out besides.
    "POST /v1/webhooks/{webhook_id}/enable": Example(4, make=a_disabled_webhook),
    "POST /v1/webhooks/{webhook_id}/rotate-secret": Example(3, {}, make=a_webhook),
    "POST /v1/webhooks/{webhook_id}/test": Example(2, make=a_webhook),
    # The webhook, then the replay; a worker does the rest.
    "POST /v1/webhooks/{webhook_id}/replay": Example(
        3, {"since": "2026-01-01T00:00:00Z", "events": ["reply.*"]}, make=a_webhook
    ),
    # The webhook, then the page; here and for deliveries.
    "GET /v1/webhooks/{webhook_id}/replays": Example(3, make=a_webhook_with_replays),
    "GET /v1/webhooks/{webhook_id}/replays/{replay_id}": Example(2, make=a_replay),
    "GET /v1/webhooks/{webhook_id}/deliveries": Example(3, make=a_webhook_with_deliveries),
    "GET /v1/webhooks/deliveries/{delivery_id}": Example(2, make=a_failed_delivery),
    # The delivery beside its webhook, then the change.
    "POST /v1/webhooks/deliveries/{delivery_id}/redeliver": Example(3, make=a_failed_delivery),
    # Filters look at 10,000 events at most (test_event_feed.py).
    "GET /v1/events": Example(2, make=a_contact),
    # The batch that has it: its id says where that stands.
    "GET /v1/events/{event_id}": Example(2, make=an_event),
    # The state, its lease; a query for each partition and kind of an empty sandbox; that it is
    # empty, its mailbox, the transactions of its example data, that it is filled.
    "POST /v1/sandbox/reset": Example(48, mode="test"),
    "GET /v1/account": Example(2),
    **AGENTS,
    "GET /v1/account/usage": Example(2),
    "GET /v1/credits": Example(2),
    "GET /v1/credits/ledger": Example(2, make=a_held_credit),
    **LLM_PROVIDERS,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route that needs a key, with its example."""

    route: Route

    def __str__(self) -> str:
        return f"{self.route.method} {self.route.path}"

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.route.scopes

    @property
    def example(self) -> Example:
        return EXAMPLES[str(self)]

    @property
    def names_a_resource(self) -> bool:
        return "{" in self.route.path

    @property
    def names_an_id(self) -> bool:
        return self.names_a_resource and not self.example.shared

    @property
    def is_list(self) -> bool:
        if self.route.query is None or self.example.by_worker:
            return False
        return issubclass(self.route.query, PageQuery)

    def path(self, resource_id: str = "nothing") -> str:
        """Ids of a path with two stand in one text, with a slash between them."""
        given = iter(resource_id.split("/"))
        return re.sub(r"{\w+}", lambda _: next(given, "nothing"), self.route.path)

    def body_of_own(self, api: Api) -> Any:
        """A body that names what was made for it."""
        return self.example.name(api) if self.example.name else self.example.body

    def path_to_own(self, api: Api) -> str:
        """The path with the id of a resource made for it, and the query with such ids."""
        if self.example.query:
            return f"{self.path()}?{urlencode(self.example.query(api))}"
        if not self.names_a_resource:
            return self.path()
        assert self.example.make is not None
        return self.path(self.example.make(api))


ENDPOINTS = [
    endpoint
    for api in routes.apis().values()
    for endpoint in map(Endpoint, api.routes)
    if str(endpoint) not in PUBLIC
]

"""What an answer contains is seen by nobody whose key may not read it: every model that a route
answers is content of some resources, and the route needs the scopes of all of them."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from outrider.access.scopes import resource
from outrider.kit.http.routes import Route
from tests.integration.examples import ENDPOINTS, Endpoint

CONTENT = {
    "Contact": {"contacts"},
    "TimelineEvent": {"contacts", "events"},
    "Company": {"companies"},
    "Findings": {"companies"},
    "Research": {"contacts", "companies"},
    "Suppression": {"suppressions"},
    "EnrollmentView": {"campaigns"},
    "CampaignView": {"campaigns"},
    "CampaignExplanation": {"campaigns"},
    "Explanation": {"campaigns"},
    "CampaignStatusView": {"campaigns"},
    "StatsView": {"campaigns"},
    "LeadView": {"leads", "contacts"},
    "LeadReviewResults": {"leads"},
    "ProfileView": {"leads"},
    "WorkflowSummary": {"workflows"},
    "LeadBatchResult": {"workflows", "leads", "contacts"},
    "RunAnswer": {"workflows"},
    "RunView": {"workflows"},
    "Import": {"contacts"},
    "ImportRow": {"contacts"},  # of another kind of import: test_imports.py
    "Export": {"contacts"},  # its file's link by the kind: test_exports.py
    "SkippedContact": {"campaigns"},
    "MessageView": {"messages"},
    "MessageThread": {"messages"},
    "ThreadSummary": {"messages"},
    "Preview": {"messages", "sequences", "contacts"},
    "TestMessage": {"sequences", "contacts"},
    "SequenceSummary": {"sequences"},
    "SequenceView": {"sequences"},
    "StepsView": {"sequences"},
    "SequencePlan": {"sequences"},
    "RecordedEvent": {"events"},
    "DeliveryView": {"webhooks", "events"},
    "WebhookView": {"webhooks"},
    "DeliverySummary": {"webhooks"},
    "WebhookSummary": {"webhooks"},
    "Replay": {"webhooks"},
    "MailboxView": {"mailboxes"},
    "PoolView": {"mailboxes"},
    "Deliverability": {"mailboxes"},
    "ApiKey": {"api_keys"},
    "LedgerEntry": {"credits"},
    "Credits": {"credits"},
    "Account": {"account"},
    "AgentPolicy": {"agent"},
    # What it shows besides, only to keys that may read that: tests/agents/test_approvals.py.
    "ApprovalSummary": {"agent"},
    # Of a thread only to keys that have the scopes of its runs: tests/agents/test_chat.py.
    "ChatThread": {"chat"},
    # A run's steps are shown to keys that have all its scopes (tests/agents/test_runs.py).
    "AgentRun": {"agent"},
    "AgentRunDetail": {"agent"},
    "AgentRunStep": {"agent"},
    "Usage": {"account"},
    "LlmProviderView": {"llm"},
}
"""Which resources a model tells of, by its name or that of a class it is derived from."""

OWN = {"Research"}
"""What a write may answer to whoever may write it: the findings about a contact's company."""


def models(annotation: Any, seen: set[type] | None = None) -> Iterator[type[BaseModel]]:
    """Every model within an annotation."""
    seen = set() if seen is None else seen
    for part in (annotation, *get_args(annotation)):
        if part is not annotation:
            yield from models(part, seen)
        elif isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
            seen.add(part)
            yield part
            for field in part.model_fields.values():
                yield from models(field.annotation, seen)


def content(route: Route) -> set[str]:
    """Which resources the answer to a route tells of."""
    if route.method != "GET" and any(base.__name__ in OWN for base in models(route.result)):
        return set()
    return {
        each
        for model in models(route.result)
        for base in model.__mro__
        for each in CONTENT.get(base.__name__, ())
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
class TestEveryAnswer:
    def test_needs_the_scopes_of_all_it_contains(self, endpoint: Endpoint) -> None:
        needed = {resource(scope) for scope in endpoint.scopes}

        assert content(endpoint.route) - needed == set()

    def test_of_a_read_is_content_that_is_known_here(self, endpoint: Endpoint) -> None:
        if endpoint.route.method == "GET":
            assert content(endpoint.route), f"say in CONTENT what {endpoint.route.result} tells of"

"""Example calls of leads, of their workflows and of the profile by which they qualify."""

from tests.integration.example import Example
from tests.integration.example_data import (
    a_lead,
    a_lead_to_research,
    a_paused_workflow,
    a_researched_lead,
    a_run,
    a_running_workflow,
    a_workflow,
    a_workflow_with_runs,
    an_idle_workflow,
)
from tests.integration.reviewing import a_lead_in_review

LEADS: dict[str, Example] = {
    # The page; where there are any, their contacts besides (test_leads.py).
    "GET /v1/leads": Example(2, make=a_lead),
    # By address: its claim and contact; a new contact; the lead.
    "POST /v1/leads": Example(4, {"email": "ada@example.com", "title": "CTO"}),
    "GET /v1/leads/{lead_id}": Example(3, make=a_lead),
    "PATCH /v1/leads/{lead_id}": Example(4, {"status": "qualified"}, make=a_lead),
    "DELETE /v1/leads/{lead_id}": Example(3, make=a_lead),
    # The lead, its contact, what was researched, the profile; the score goes to the contact;
    # whether there is a provider, once in a minute; the lead and its contact again, the change.
    "POST /v1/leads/{lead_id}/qualify": Example(10, make=a_lead),
    # The lead, its workflow, what the draft is made of in two reads, and the mailboxes of the pool;
    # its contact, the change.
    "POST /v1/leads/{lead_id}/approve": Example(8, {}, make=a_lead_in_review),
    "POST /v1/leads/{lead_id}/reject": Example(5, {"reason": "No"}, make=a_lead_in_review),
    "PATCH /v1/leads/{lead_id}/draft": Example(8, {"subject": "Hi"}, make=a_lead_in_review),
    # Each lead as it is alone (test_reviewing_leads.py); here there is none.
    "POST /v1/leads/approve": Example(2, {"ids": ["led_01kjpwd6m16vjzbz035g1ag64h"]}),
    "POST /v1/leads/reject": Example(2, {"ids": ["led_01kjpwd6m16vjzbz035g1ag64h"]}),
    # The research as of a contact, with the lead before it; then lead, contact, the change.
    "POST /v1/leads/{lead_id}/research": Example(8, {}, make=a_lead_to_research),
    "GET /v1/leads/{lead_id}/research": Example(3, make=a_researched_lead),
    "GET /v1/workflows": Example(2, make=a_workflow),
    # The workflow, its campaign and its own sequence in one transaction.
    "POST /v1/workflows": Example(2, {"name": "First", "stages": ["research", "contact"]}),
    "GET /v1/workflows/{workflow_id}": Example(2, make=a_workflow),
    # The change of a limit is also one of the campaign and of the sequence.
    "PATCH /v1/workflows/{workflow_id}": Example(
        5, {"settings": {"daily_limit": 40}}, make=a_workflow
    ),
    "DELETE /v1/workflows/{workflow_id}": Example(5, make=a_workflow),
    # The workflow; the contact by its address; its campaign, what suppresses the contact, bounces
    # elsewhere; the lead.
    "POST /v1/workflows/{workflow_id}/leads": Example(
        8, {"leads": [{"email": "ada@example.com"}]}, make=a_workflow
    ),
    # The workflow, alone and with its counter; its leads; workflow and run in one transaction.
    "POST /v1/workflows/{workflow_id}/run": Example(5, {}, make=an_idle_workflow),
    # The workflow, its run, both in one transaction. Of runs: with their counters.
    "POST /v1/workflows/{workflow_id}/pause": Example(4, make=a_running_workflow),
    "POST /v1/workflows/{workflow_id}/resume": Example(4, make=a_paused_workflow),
    "GET /v1/workflows/{workflow_id}/runs": Example(4, make=a_workflow_with_runs),
    "GET /v1/workflows/{workflow_id}/runs/{run_id}": Example(4, make=a_run),
    "GET /v1/profile": Example(3),
    "PUT /v1/profile": Example(3, {"titles": ["sales"], "countries": ["DE"]}),
}

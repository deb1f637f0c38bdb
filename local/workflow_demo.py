"""Demo of a workflow: leads are researched on websites on loopback, scored, and wait with their
drafts; those that are approved are emailed."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from local.websites import serving

if TYPE_CHECKING:
    from local.demo import Stack

_SETTINGS = {
    "profile": {
        "seniorities": ["vp", "c_level"],
        "industries": ["manufacturing"],
        "sizes": ["51-200"],
        "signals": ["hiring"],
    },
    "threshold": 60,
}
_PEOPLE = [
    {"first_name": "Ada", "title": "VP Sales", "company": "Anvil Works"},
    {"first_name": "Grace", "title": "Chief Revenue Officer", "company": "Harbour Steel"},
    {"first_name": "Alan", "title": "Gardener", "company": "Quiet Gardens"},
]
_SITES = {
    "/anvil-works": (
        '<title>Anvil Works</title><script type="application/ld+json">{"@type": "Corporation", '
        '"naics": "332111", "numberOfEmployees": {"minValue": 51, "maxValue": 200}}</script>'
        '<script src="https://cdn.shopify.com/x.js"></script><a href="/careers">Jobs</a>'
    ),
    "/harbour-steel": (
        '<title>Harbour Steel</title><meta name="industry" content="Steel manufacturing">'
        '<script type="application/ld+json">{"@type": "Corporation", "numberOfEmployees": 120}'
        "</script>"
    ),
    "/quiet-gardens": "<title>Quiet Gardens</title>",
}
Wait = Callable[[str, int, Callable[[], int]], int]
"""Polls a count until it reaches a total, and returns it: label, total, count."""


def workflow_demo(stack: "Stack", wait: Wait, console: Console) -> dict[str, tuple[int, int]]:
    """Run the demo, and return what was seen and what was expected, by label."""
    with serving(lambda path: _SITES.get(path, "")) as sites:
        body = {"name": "Makers", "stages": ["research", "qualify", "contact"]}
        workflow = stack.call("POST", "/v1/workflows", {**body, "settings": _SETTINGS})
        path = f"/v1/workflows/{workflow['id']}"
        stack.call(
            "POST", f"{path}/leads", {"leads": [_lead(stack, sites, one) for one in _PEOPLE]}
        )
        estimate = stack.call("POST", f"{path}/run", {"dry_run": True})["estimate"]
        stack.call("POST", f"{path}/run")

        def leads(status: str) -> list[dict[str, Any]]:
            query = f"workflow_id={workflow['id']}&status={status}"
            found: list[dict[str, Any]] = stack.call("GET", f"/v1/leads?{query}")["data"]
            return found

        wait("Leads that are not good enough", 1, lambda: len(leads("disqualified")))
        wait("Leads in review", 2, lambda: len(leads("review")))
    in_review, refused = leads("review"), leads("disqualified")
    _print(console, [*in_review, *refused])
    hashes = {lead["id"]: lead["draft"]["hash"] for lead in in_review}
    reviewed = stack.call(
        "POST", "/v1/leads/approve", {"ids": list(hashes), "draft_hashes": hashes}
    )
    contacted = wait("Approved leads that were emailed", 2, lambda: len(leads("contacted")))
    run = stack.call("GET", f"{path}/runs")["data"][0]
    sent = dict(stack.emails().values())
    literal = sum(
        _opening(lead["draft"]["text"]) in sent.get(lead["contact"]["email"], "").replace("\r", "")
        for lead in in_review
    )
    return {
        "Credits at most, as the dry run says": (estimate["most_credits"], len(_PEOPLE)),
        "Credits of the run": (run["counts"]["credits"], len(_PEOPLE)),
        "Leads below the threshold": (len(refused), 1),
        "Drafts that were approved": (reviewed["counts"].get("approved", 0), 2),
        "Approved leads that were emailed": (contacted, 2),
        "Emails that say what was approved": (literal, 2),
    }


def _lead(stack: "Stack", sites: str, person: dict[str, str]) -> dict[str, str]:
    """Create a company with a website and a contact of it, and return the item of its lead."""
    slug = person["company"].lower().replace(" ", "-")
    company = {"name": person["company"], "website": f"{sites}/{slug}"}
    company_id = stack.call("POST", "/v1/companies", company)["id"]
    address = f"{person['first_name'].lower()}-{secrets.token_hex(4)}@{slug}.example"
    contact = {**person, "email": address, "company_id": company_id}
    return {"contact_id": stack.call("POST", "/v1/contacts", contact)["id"]}


def _opening(text: str) -> str:
    """Return the text of a draft without the footer, whose link differs in the email."""
    return text.partition("Unsubscribe:")[0].rstrip()


def _print(console: Console, leads: list[dict[str, Any]]) -> None:
    table = Table(title="What the workflow says about its leads")
    for column in ("Lead", "Status", "Score", "Why", "Draft"):
        table.add_column(column, justify="right" if column == "Score" else "left")
    for lead in leads:
        who = f"{lead['contact']['title']}, {lead['contact']['company']}"
        draft = (lead["draft"] or {}).get("subject", "")
        table.add_row(who, lead["status"], str(lead["score"]), lead["rationale"]["text"], draft)
    console.print(table)

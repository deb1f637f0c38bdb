"""The same requests on `/v1` and in the forms of other products, for `bench.cpu`."""

from collections.abc import Callable
from typing import Any

from bench import results
from bench.answers import A_LEAD, PAGE
from bench.events import CONTACT, event
from outrider.surfaces.autoreach.names import swapped

Handler = Callable[[dict[str, Any], Any], Any]
Event = dict[str, Any]
OUTREACHPILOT, AUTOREACH = "OutreachPilot", "AutoReach"
_PAGE = f"limit={PAGE}"

REQUESTS: dict[tuple[str, str], tuple[Event, Event]] = {
    (OUTREACHPILOT, "create a contact"): (
        event("POST", "/v1/contacts", CONTACT),
        event("POST", "/api/v1/contacts", CONTACT),
    ),
    (OUTREACHPILOT, f"list {PAGE} contacts"): (
        event("GET", "/v1/contacts", query=_PAGE),
        event("GET", "/api/v1/contacts", query=_PAGE),
    ),
    (AUTOREACH, "create a lead"): (
        event("POST", "/v1/leads", CONTACT),
        event("POST", "/api/leads", {swapped(name): each for name, each in CONTACT.items()}),
    ),
    (AUTOREACH, "get a lead"): (
        event("GET", f"/v1/leads/{A_LEAD}"),
        event("GET", f"/api/leads/{A_LEAD}"),
    ),
    (AUTOREACH, f"list {PAGE} leads"): (
        event("GET", "/v1/leads", query=f"{_PAGE}&min_score=70"),
        event("GET", "/api/leads", query=f"{_PAGE}&minScore=70"),
    ),
}
"""A request as `/v1` has it and as the product's document has it."""


def handlers() -> dict[str, tuple[Handler, Handler]]:
    """Return the handlers of `/v1` and of each product. They are imported here, because the
    environment must be set before."""
    from functions.autoreach.app import handler as autoreach  # noqa: PLC0415
    from functions.contacts.app import handler as contacts  # noqa: PLC0415
    from functions.leads.app import handler as leads  # noqa: PLC0415
    from functions.outreachpilot.app import handler as outreachpilot  # noqa: PLC0415

    return {OUTREACHPILOT: (contacts, outreachpilot), AUTOREACH: (leads, autoreach)}


def report(spent: dict[tuple[str, str], tuple[float, float]]) -> str:
    """Return a table of microseconds on `/v1` and in the product's form."""
    rows = [
        [product, name, f"{native:,.0f}", f"{other:,.0f}", f"{other / native:.2f}"]
        for (product, name), (native, other) in spent.items()
    ]
    return results.table(["form of", "request", "µs on /v1", "µs in the form", "times /v1"], rows)

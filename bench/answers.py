"""Fixed responses of the instant DynamoDB: a key with all scopes, and a page of contacts."""

from typing import Any

from bench.events import CONTACT
from outrider.access.meter import clock_attributes
from outrider.access.plans import rates_of
from outrider.kit import json
from outrider.kit.aws.attributes import encode_item

PAGE = 50
CONTACTS = "contacts"
"""Name of the contacts table."""

_WORKSPACE = "wsp_01kjpwf1705j8szgt9ba08vvzx"
_IDS = [f"con_01kjpwf1705j8szgt9ba08v{number:03d}" for number in range(PAGE)]
A_CONTACT = _IDS[0]
_LEADS = [f"led_01kjpwf1705j8szgt9ba08v{number:03d}" for number in range(PAGE + 1)]
A_LEAD = _LEADS[-1]
_CONTACT_OF_A_LEAD = "con_01kjpwf1705j8szgt9ba08vvzx"
_COUNT = {"pk": f"{_WORKSPACE}#count", "sk": "count#0", "contacts": 1_000}
_ORGANIZATION = {
    "pk": _WORKSPACE,
    "sk": "#",
    "id": _WORKSPACE,
    "name": "Acme",
    "plan": "enterprise",
    "created_at": "2026-11-21T10:00:00.000Z",
}


def answers() -> dict[str, Any]:
    record = {
        "pk": "key#bench",
        "sk": "#",
        "key_id": "key_bench",
        "workspace": _WORKSPACE,
        "scopes": ["*"],
        "plan": "enterprise",
        "seal": b"seal",
        **clock_attributes(rates_of("enterprise")),
        "ready_minute": 0,
        "ready_day": 0,
    }
    items = [_encoded(_contact(contact_id)) for contact_id in _IDS]
    tokens = [
        _encoded({"pk": f"{_WORKSPACE}#tok#ru", "sk": f"ruiz#{contact_id}"}) for contact_id in _IDS
    ]
    leads = [
        _encoded(_lead(*each)) for each in zip(_LEADS, [*_IDS, _CONTACT_OF_A_LEAD], strict=True)
    ]
    return {
        "UpdateItem": {"Attributes": _encoded(record)},
        "TransactWriteItems": {},
        "GetItem": {"Item": items[0]},
        "BatchGetItem": {"Responses": {CONTACTS: items}},
        "BatchGetItem #count": {"Responses": {CONTACTS: [_encoded(_COUNT)]}},
        'BatchGetItem "credits"': {"Responses": {"keys": [_encoded(_ORGANIZATION)]}},
        "BatchGetItem #touch": {"Responses": {CONTACTS: []}},  # nobody was written to yet
        'GetItem "leads"': {"Item": leads[-1]},
        f"BatchGetItem #touch {_CONTACT_OF_A_LEAD}": {
            "Responses": {CONTACTS: [_encoded(_contact(_CONTACT_OF_A_LEAD))]}
        },
        'Query "leads"': {"Items": leads[:-1], "Count": PAGE},
        "Query": {"Items": items, "Count": PAGE},
        "Query #tok#": {"Items": tokens, "Count": PAGE},
    }


def _contact(contact_id: str) -> dict[str, Any]:
    return {
        **CONTACT,
        "pk": _WORKSPACE,
        "sk": contact_id,
        "id": contact_id,
        "status": "new",
        "created_at": "2026-11-21T10:00:00.000Z",
        "updated_at": "2026-11-21T10:00:00.000Z",
        "version": 1,
        "verified": False,
        "by_status_pk": f"{_WORKSPACE}#new",
        "by_company_pk": f"{_WORKSPACE}#dom#acme.example",
        "by_updated_pk": _WORKSPACE,
        "by_updated_sk": f"2026-11-21T10:00:00.000Z#{contact_id}",
        "_events": "[" + "x" * 300 + "]",
    }


def _lead(lead_id: str, contact_id: str) -> dict[str, Any]:
    """Return a qualified lead whose score has a line for each of four rules."""
    lines = [
        {"rule": rule, "points": 25, "matched": "it", "value": "is it", "source": f"contact.{rule}"}
        for rule in ("title", "industry", "country", "company_size")
    ]
    score = {"score": 100, "threshold": 70, "verdict": "qualified", "lines": lines}
    return {
        "pk": _WORKSPACE,
        "sk": lead_id,
        "id": lead_id,
        "contact_id": contact_id,
        "status": "qualified",
        "score": score,
        "scored_at": "2026-11-21T10:00:00.000Z",
        "created_at": "2026-11-21T10:00:00.000Z",
        "updated_at": "2026-11-21T10:00:00.000Z",
        "version": 2,
        "by_status_pk": f"{_WORKSPACE}#qualified",
        "by_score_pk": _WORKSPACE,
        "by_score_sk": f"100#{lead_id}",
    }


def _encoded(item: dict[str, Any]) -> Any:
    """Return the item as sent over HTTP, with bytes in base64."""
    return json.loads(json.dumps(encode_item(item)))

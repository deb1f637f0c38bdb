"""Fixed responses of the instant DynamoDB: a key with all scopes, and a page of contacts."""

from typing import Any

from bench.events import CONTACT
from outrider.access.meter import clock_attributes
from outrider.access.plans import PLANS, rates
from outrider.kit import json
from outrider.kit.aws.attributes import encode_item

PAGE = 50
CONTACTS = "contacts"
"""Name of the contacts table."""

_WORKSPACE = "wsp_01kjpwf1705j8szgt9ba08vvzx"
_IDS = [f"con_01kjpwf1705j8szgt9ba08v{number:03d}" for number in range(PAGE)]
A_CONTACT = _IDS[0]
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
        **clock_attributes(rates(PLANS["enterprise"])),
        "ready_minute": 0,
        "ready_day": 0,
    }
    items = [_encoded(_contact(contact_id)) for contact_id in _IDS]
    tokens = [
        _encoded({"pk": f"{_WORKSPACE}#tok#ru", "sk": f"ruiz#{contact_id}"}) for contact_id in _IDS
    ]
    return {
        "UpdateItem": {"Attributes": _encoded(record)},
        "TransactWriteItems": {},
        "GetItem": {"Item": items[0]},
        "BatchGetItem": {"Responses": {CONTACTS: items}},
        "BatchGetItem #count": {"Responses": {CONTACTS: [_encoded(_COUNT)]}},
        'BatchGetItem "credits"': {"Responses": {"keys": [_encoded(_ORGANIZATION)]}},
        "BatchGetItem #touch": {"Responses": {CONTACTS: []}},  # nobody was written to yet
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


def _encoded(item: dict[str, Any]) -> Any:
    """Return the item as sent over HTTP, with bytes in base64."""
    return json.loads(json.dumps(encode_item(item)))

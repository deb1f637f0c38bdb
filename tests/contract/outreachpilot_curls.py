"""The curl lines of OutreachPilot's document, as they stand there, and how they are carried out."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.curls import Curl, Request

HOST, KEY = "https://app.outreachpilot.com", "op_live_YOUR_KEY"

LINES = r"""
curl -H "Authorization: Bearer op_live_YOUR_KEY" \
  https://app.outreachpilot.com/api/v1/credits

curl -H "Authorization: Bearer op_live_YOUR_KEY" \
  "https://app.outreachpilot.com/api/v1/contacts?limit=50&search=john"

curl -X POST -H "Authorization: Bearer op_live_YOUR_KEY" \
  -H "Content-Type: application/json" \
  -d '{"email":"john@acme.com","first_name":"John","company":"Acme"}' \
  "https://app.outreachpilot.com/api/v1/contacts"

curl -H "Authorization: Bearer op_live_YOUR_KEY" \
  "https://app.outreachpilot.com/api/v1/contacts/CONTACT_UUID"

curl -X PUT -H "Authorization: Bearer op_live_YOUR_KEY" \
  -H "Content-Type: application/json" \
  -d '{"title":"VP of Sales"}' \
  "https://app.outreachpilot.com/api/v1/contacts/CONTACT_UUID"

curl -X DELETE -H "Authorization: Bearer op_live_YOUR_KEY" \
  "https://app.outreachpilot.com/api/v1/contacts/CONTACT_UUID"

curl -H "Authorization: Bearer op_live_YOUR_KEY" \
  "https://app.outreachpilot.com/api/v1/companies?domain=acme.com"

curl -X POST -H "Authorization: Bearer op_live_YOUR_KEY" \
  -H "Content-Type: application/json" \
  -d '{"name":"Acme Corp","domain":"acme.com","industry":"Software"}' \
  "https://app.outreachpilot.com/api/v1/companies"

curl -X POST -H "Authorization: Bearer op_live_YOUR_KEY" \
  -H "Content-Type: application/json" \
  -d '{"message":"Find me 10 VP-level fintech contacts in NYC"}' \
  "https://app.outreachpilot.com/api/v1/chat"

curl -H "Authorization: Bearer op_live_YOUR_KEY" \
  "https://app.outreachpilot.com/api/v1/credits"

curl -X POST -H "Authorization: Bearer op_live_YOUR_KEY" \
  -H "Content-Type: application/json" \
  -d '{"email":"john@acme.com","first_name":"John"}' \
  "https://app.outreachpilot.com/api/v1/campaigns/CAMPAIGN_UUID/trigger"

curl -H "Authorization: Bearer op_live_YOUR_KEY" \
  "https://app.outreachpilot.com/api/v1/campaigns/CAMPAIGN_UUID/status"
"""

Send = Callable[[Request], Any]
"""Carries out a request and returns the JSON of its answer."""


def carried_out(host: str, key: str, campaign_id: str, send: Send) -> Iterator[tuple[str, Any]]:
    """Carry out the lines in their order and yield each with the JSON of its answer. Only host, key
    and the ids in capitals are replaced: that of the contact is what its creation answered."""
    known = {HOST: host, KEY: key, "CAMPAIGN_UUID": campaign_id}
    for line in re.split(r"\n\n", LINES.strip()):
        answer = send(Curl(_with(known, line.replace("\\\n", " "))).request({}))
        if answer["ok"] and "contacts" in answer["data"]:
            known["CONTACT_UUID"] = answer["data"]["contacts"][0]["id"]
        yield line, answer


def _with(known: Mapping[str, str], line: str) -> str:
    for placeholder, value in known.items():
        line = line.replace(placeholder, value)
    return line

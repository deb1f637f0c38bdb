"""Lint, the preview and the mail that is sent say the same of a template, for a contact with only a
first name and for one with everything."""

from typing import Any
from urllib.parse import urlencode

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox

TEMPLATES: list[tuple[str, str | None, str]] = [
    ("Hi{% if last_name %} {{ last_name }}{% endif %}.", "Hi.", "Hi Lovelace."),
    ("{{ last_name }}", None, "Lovelace"),
    ("{{ last_name | default: 'you' | upcase }}", "YOU", "LOVELACE"),
    ("{{ last_name | append: '!' }}", None, "Lovelace!"),
    ("{% unless last_name %}you{% else %}{{ last_name }}{% endunless %}", "you", "Lovelace"),
    ("{% if last_name == blank %}A{% else %}{{ last_name }}{% endif %}", "A", "Lovelace"),
    ("{% if last_name == nil %}A{% else %}{{ last_name }}{% endif %}", "A", "Lovelace"),
    ("{% if last_name != '' %}{{ last_name }}{% else %}A{% endif %}", "A", "Lovelace"),
    ("{% if last_name.size > 3 %}A{% else %}B{% endif %}", "B", "A"),
    ("{% if fit_score > 0.5 %}A{% else %}B{% endif %}", "B", "A"),
    ("{% case title %}{% when 'CTO' %}C{% else %}O{% endcase %}", "O", "C"),
    ("{% assign n = last_name %}Hi {{ n }}", None, "Hi Lovelace"),
    ("{% assign n = last_name | default: 'you' %}Hi {{ n }}", "Hi you", "Hi Lovelace"),
    ("{% if title and last_name %}{{ title }}{% else %}N{% endif %}", "N", "CTO"),
    ("{% for tag in tags %}{{ tag }},{% endfor %}E", "E", "vip,E"),
    ("{{ tags.first | default: 'n' }}", "n", "vip"),
    ("{{ custom['Deal Stage'] }}", None, "won"),
    ("{{ custom['Deal Stage'] | default: 'new' }}", "new", "won"),
    ("{% if custom['Deal Stage'] %}{{ custom['Deal Stage'] }}{% else %}N{% endif %}", "N", "won"),
    ("{{ custom.stage | default: custom['Deal Stage'] | default: 'q' }}", "q", "won"),
    ("{{ last_name | default: title }}", None, "Lovelace"),
    ("{{ custom['Städte & Co'] | default: '-' }}", "-", "Köln"),
    ('{{ custom["it\'s"] | default: "-" }}', "-", "ok"),
    ("{{ last_name | split: ' ' | first | default: 'z' }}", None, "Lovelace"),
    ("{% liquid if last_name\n echo last_name\nelse\n echo 'n'\nendif %}", "n", "Lovelace"),
]
FULL: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "title": "CTO",
    "fit_score": 0.9,
    "tags": ["vip"],
    "custom": {"Deal Stage": "won", "Städte & Co": "Köln", "it's": "ok"},
}


def previewed(api: Api, sequence: str, step: str, contact: str) -> str | None:
    """The first line, or None where the mail would not be sent."""
    query = urlencode({"sequence_id": sequence, "step_id": step, "contact_id": contact})
    shown = api.get(f"/v1/messages/preview?{query}").json
    failed = any(finding["severity"] == "error" for finding in shown["findings"])
    return None if failed else shown["text"].splitlines()[0]


def test_for_every_contact(api: Api, cloud: Cloud) -> None:
    a_mailbox(api)
    foretold: dict[str, str | None] = {}
    for number, (text, *_) in enumerate(TEMPLATES):
        rows: list[dict[str, Any]] = [
            {"email": f"lacking{number}@example.com", "first_name": "Ada"},
            {"email": f"full{number}@example.com", **FULL},
        ]
        created = api.post("/v1/contacts", {"contacts": rows}).json["results"]
        step = {"channel": "email", "wait_days": 0, "subject": "One question", "text": text}
        sequence = api.post("/v1/sequences", {"name": text, "steps": [step]}).json["id"]
        (kept,) = api.get(f"/v1/sequences/{sequence}/steps").json["steps"]
        for row, each in zip(rows, created, strict=True):
            foretold[row["email"]] = previewed(api, sequence, kept["id"], each["id"])
        found = api.post(f"/v1/sequences/{sequence}/lint").json["findings"]
        warned = any(finding["rule"] == "missing_default" for finding in found)
        assert warned == (TEMPLATES[number][1] is None), text
        contacts = [each["id"] for each in created]
        assert api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": contacts}).status == 200
    cloud.run(hours=2)

    sent: dict[str, str | None] = dict.fromkeys(foretold)
    for mail in cloud.mails():
        body = mail.message.get_body(("plain",))
        assert body is not None
        sent[str(mail.message["To"])] = body.get_content().splitlines()[0]

    expected: dict[str, str | None] = {}
    for number, (_, lacking, full) in enumerate(TEMPLATES):
        expected |= {f"lacking{number}@example.com": lacking, f"full{number}@example.com": full}
    assert (foretold, sent) == (expected, expected)

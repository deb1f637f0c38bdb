"""Files as people really have them, from `tests/cases/`, and what must become of each."""

from pathlib import Path
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import contacts, imported

CASES = Path(__file__).parents[1] / "cases"
GRACE = {"first_name": "Grace", "last_name": "Hopper"}

EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    "linkedin-connections/Connections.csv": {
        "li@example.com": {
            **GRACE,
            "company": "Harvard",
            "title": "Engineer",
            "linkedin_url": "https://www.linkedin.com/in/grace-example",
            "custom": {"Connected On": "20 Nov 2026"},
        }
    },
    "sep-line/sep.csv": {"sp@example.com": {"first_name": "Grace"}},
    "google-contacts/google.csv": {
        "gc@example.com": {
            **GRACE,
            "company": "Harvard",
            "title": "Engineer",
            "phone": "+1 415 555 0134",
            "custom": {"E-mail 1 - Label": "Work"},
        }
    },
    "outlook-title/outlook.csv": {
        "ot@example.com": {
            **GRACE,
            "title": "Head of Sales",
            "company": "Harvard",
            "custom": {"Title": "Ms."},
        }
    },
    "whole-name-before-its-parts/names.csv": {
        "nm@example.com": {
            "first_name": "Jan",
            "last_name": "van der Berg",
            "custom": {"Name": "Jan van der Berg"},
        }
    },
    "timezone-in-lower-case/mailchimp.csv": {
        "mc@example.com": {"first_name": "Peter", "timezone": "Europe/Zurich", "custom": {}}
    },
    "address-cells/cells.csv": {
        "ac1@example.com": {**GRACE, "company": "A"},
        **{f"ac{n}@example.com": {"company": "ABCDEF"[n - 1]} for n in range(2, 7)},
        "ac7@example.com": {"company": "G", "custom": {"Other emails": "ac8@example.com"}},
    },
    "unsubscribed-column/hubspot.csv": {
        "hu@example.com": {"first_name": "Grace", "status": "unsubscribed", "custom": {}}
    },
    "lone-quote/quote.csv": {
        "qb@example.com": {"first_name": "Bob"},
        "qc@example.com": {"first_name": "Eve"},
    },
    "no-header/list.csv": {"na@example.com": {"custom": {}}, "nb@example.com": {"custom": {}}},
}


@pytest.mark.parametrize("file", EXPECTED)
def test_becomes_what_it_means(api: Api, cloud: Cloud, file: str) -> None:
    importing = imported(api, cloud, (CASES / file).read_bytes())

    state = importing.state
    assert state["status"] == "completed", state["error"]
    found = contacts(api)
    assert {
        address: {name: found.get(address, {}).get(name) for name in fields}
        for address, fields in EXPECTED[file].items()
    } == EXPECTED[file]
    assert set(found) == set(EXPECTED[file])


def test_a_lone_quote_fails_its_own_row_and_is_named(api: Api, cloud: Cloud) -> None:
    importing = imported(api, cloud, (CASES / "lone-quote" / "quote.csv").read_bytes())

    assert importing.results == [(2, "failed"), (3, "created"), (4, "created")]
    assert "A quote is opened in line 2" in importing.rows("failed")[0]["reason"]


def test_our_own_export_changes_nothing(api: Api, cloud: Cloud) -> None:
    contact = {
        "email": "rt@example.com",
        "first_name": "=Grace",
        "phone": "+49 30 1234",
        "tags": ["a, b", "c"],
        "custom": {"note": "-5"},
    }
    before = api.post("/v1/contacts", contact).json

    importing = imported(
        api, cloud, (CASES / "own-export" / "export.csv").read_bytes(), duplicates="update"
    )

    assert importing.counts == {"unchanged": 1}
    assert api.get(f"/v1/contacts/{before['id']}").json == before

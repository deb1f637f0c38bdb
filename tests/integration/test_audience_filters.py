"""Each filter finds the same contacts wherever it is taken: in plans, exports and launches."""

from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox, status
from tests.integration.test_audiences import a_campaign, a_sequence, launch
from tests.integration.test_exports import as_rows, exported

FILTERS: list[dict[str, Any]] = [
    {"company_id": "its"},
    {"folder_id": "fld_1"},
    {"status": "interested"},
    {"industry": "Anvils"},
    {"email": "ada@acme.example"},
]


@pytest.mark.parametrize("asked", FILTERS, ids="".join)
def test_finds_the_same_everywhere(api: Api, cloud: Cloud, asked: dict[str, Any]) -> None:
    a_mailbox(api)
    acme = api.post("/v1/companies", {"domain": "acme.example", "industry": "Anvils"}).json["id"]
    ada = {"email": "ada@acme.example", "company_id": acme, "folder_id": "fld_1"}
    contact = api.post("/v1/contacts", ada).json["id"]
    api.patch(f"/v1/contacts/{contact}", {"status": "interested"})
    api.post("/v1/contacts", {"email": "eve@other.example"})
    cloud.drain()
    given = {name: acme if value == "its" else value for name, value in asked.items()}
    campaign = a_campaign(api, exclusive=True)

    plan = api.post(f"/v1/sequences/{a_sequence(api)}/plan", {"filter": given})
    file = as_rows(exported(api, cloud, filters=given))
    launch(api, campaign, filter=given)
    cloud.drain()

    assert plan.status == 200, plan.text
    assert [row["email"] for row in file] == ["ada@acme.example"]
    assert status(api, campaign)["audience"]["total"] == 1


@pytest.mark.parametrize("asked", [{"search": "Ac"}, {"domain": "acme.example"}], ids=str)
def test_of_companies_finds_one_in_an_export(api: Api, cloud: Cloud, asked: dict[str, Any]) -> None:
    for name in ("Acme", "Other"):
        api.post("/v1/companies", {"domain": f"{name.lower()}.example", "name": name})

    file = as_rows(exported(api, cloud, kind="companies", filters=asked))

    assert [row["name"] for row in file] == ["Acme"]


def test_an_exclusive_launch_looks_for_other_campaigns(api: Api) -> None:
    a_mailbox(api)
    contact = api.post("/v1/contacts", {"email": "ada@acme.example"}).json["id"]
    sequence = a_sequence(api)
    launch(api, a_campaign(api), contact_ids=[contact])

    launched = api.post(
        f"/v1/sequences/{sequence}/launch",
        {"contact_ids": [contact], "settings": {"exclusive": True}},
    )

    assert (launched.status, launched.json["code"]) == (422, "VALIDATION_ERROR")

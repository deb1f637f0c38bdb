"""Companies and contacts, and how they are linked."""

from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.people import create

ADA = "ada@acme.example"


def company(api: Api, domain: str | None = "acme.example", **fields: Any) -> str:
    body = {"name": "Acme", **fields, **({"domain": domain} if domain else {})}
    answer = api.post("/v1/companies", body)
    assert answer.status in (200, 201), answer.text
    return str(answer.json["id"])


def contact(api: Api, email: str = ADA, **fields: Any) -> str:
    return str(create(api, email, **fields)["id"])


def company_of(api: Api, contact_id: str) -> str | None:
    company_id: str | None = api.get(f"/v1/contacts/{contact_id}").json["company_id"]
    return company_id


def change(api: Api, contact_id: str, **body: Any) -> None:
    answer = api.patch(f"/v1/contacts/{contact_id}", body)
    assert answer.status == 200, answer.text


def delete(api: Api, resource_id: str) -> None:
    kind = "contacts" if resource_id.startswith("con_") else "companies"
    assert api.delete(f"/v1/{kind}/{resource_id}").status == 200


def settle(cloud: Cloud) -> None:
    """Let everything come to rest, the sweeps with their delays too."""
    cloud.run(hours=1)


def places(cloud: Cloud, api: Api) -> dict[str, str | None]:
    """Where each contact stands in the index, by its address."""
    workspace = api.workspace().id
    return {
        item["email"]: item.get("by_company_pk", "").removeprefix(f"{workspace}#") or None
        for item in cloud.items("contacts", workspace)
        if item["sk"].startswith("con_")
    }


def left(cloud: Cloud, api: Api) -> list[str]:
    """The keys of companies and claims that there are."""
    items = cloud.items("companies", api.workspace().id)
    return sorted(item["sk"] for item in items if not item["sk"].startswith("count#"))

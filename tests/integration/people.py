"""Contacts as tests create them."""

from typing import Any

from tests.harness.api import Api

ADA = "ada@example.com"


def create(api: Api, email: str = ADA, **fields: Any) -> dict[str, Any]:
    answer = api.post("/v1/contacts", {"email": email, **fields})
    assert answer.status in (200, 201), answer.text
    created: dict[str, Any] = answer.json
    return created

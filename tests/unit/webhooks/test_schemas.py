from typing import Any

import pytest
from pydantic import TypeAdapter

from outrider.kit import json
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.requests import parse_body
from outrider.webhooks.schemas import WebhookCreate


def parsed(**fields: Any) -> WebhookCreate:
    body = {"url": "https://example.com/hook", "events": ["*"], **fields}
    result = parse_body(json.dumps(body), TypeAdapter(WebhookCreate), batch=False)
    assert isinstance(result, WebhookCreate)
    return result


class TestWebhookCreate:
    def test_takes_each_event_once(self) -> None:
        assert parsed(events=["lead.*", "lead.*"]).events == ["lead.*"]

    def test_does_not_show_the_secret(self) -> None:
        assert "hush-hush" not in repr(parsed(secret="hush-hush"))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("events", []),
            ("events", ["contact.exploded"]),
            ("events", "*"),
            ("secret", "short"),
            ("secret", "whsec_AAAA"),
            ("secret", "x" * 257),
            ("url", None),
            ("url", "https://example.com/" + "x" * 2_048),
            ("name", "unknown field"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, field: str, value: Any) -> None:
        with pytest.raises(ValidationFailed) as failure:
            parsed(**{field: value})

        assert {violation.pointer for violation in failure.value.violations} == {f"/{field}"}

"""Calls of language models by deployed functions, with their layers and roles, at providers on
loopback."""

from typing import Any

import pytest

from tests.e2e.running import LocalStack
from tests.language_models.dialects import DIALECTS, Dialect
from tests.receivers import answering, receiver
from tools import templates

JSON = "Content-Type: application/json\r\n"
MOST_BYTES = 250_000_000
"""Of a function and its layers, unzipped. Lambda counts in MiB, so this leaves room.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


class TestProvider:
    @pytest.mark.parametrize("dialect", DIALECTS[4:], ids=lambda each: each.name)
    def test_is_asked_with_the_key_that_was_stored(
        self, stack: LocalStack, dialect: Dialect
    ) -> None:
        path = f"/v1/llm-providers/{dialect.provider}"
        with receiver(answering(body=dialect.body("ready"), headers=JSON)) as server:
            body = {"api_key": "sk-canary-0123", "base_url": f"http://127.0.0.1:{server.port}"}
            stored = stack.call("PUT", path, body)
            tested = stack.call("POST", f"{path}/test")
        stack.call("DELETE", path)

        assert (stored.status, tested.status) == (200, 200), tested.json
        assert tested.json["ok"] is True, tested.json
        assert b"sk-canary-0123" in server.requests[0]


class TestLayers:
    def test_have_room_in_every_function(self, stack: LocalStack) -> None:
        sizes = {
            folder.name: sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            for folder in (stack.home / "build").glob("*Layer")
        }
        common = _layers(templates.main()["Globals"]["Function"])

        totals = {
            function.name: sum(sizes[layer] for layer in common | _layers(function.properties))
            for function in templates.functions()
        }

        assert totals["chat"] > totals["contacts"] > 0
        assert max(totals.values()) < MOST_BYTES, totals


def _layers(given: dict[str, Any]) -> set[str]:
    return {each["Ref"] for each in given.get("Layers", [])}

"""The examples of the OpenAPI document are calls that were made, and answer so today.

`OUTRIDER_RECORD=1 make test ARGS=tests/integration/test_story.py` writes them anew.
"""

import json
import os
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from outrider.campaigns.dispatch import planner
from tests.harness import stack
from tests.harness.cloud import Cloud
from tests.integration.storytelling import OPERATIONS, told
from tests.receivers import answering, receiver
from tools.examples import EXAMPLES
from tools.openapi import document

DESCRIBED = document()
KEPT: dict[str, list[dict[str, Any]]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))


def schema_of(operation: str, part: str) -> dict[str, Any]:
    """The schema of an operation's `body` or `answer`, with what it refers to."""
    route = OPERATIONS[operation]
    described = DESCRIBED["paths"][route.path][route.method.lower()]
    holder = (
        described["requestBody"] if part == "body" else described["responses"][str(route.status)]
    )
    schema: dict[str, Any] = holder["content"]["application/json"]["schema"]
    return {**schema, "components": DESCRIBED["components"]}


class TestStory:
    def test_is_told_as_the_examples_say(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")
        # When a mail is sent follows from its enrollment's id, and that is new each time.
        monkeypatch.setattr(planner, "_hash", lambda *_: 0)

        cloud.verify_identity("ada@outrider.test")

        with receiver(answering()) as peer:
            calls = told(cloud, peer.url)

        if "OUTRIDER_RECORD" in os.environ:
            EXAMPLES.write_text(json.dumps(calls, indent=1, ensure_ascii=False) + "\n", "utf-8")
        assert calls == json.loads(EXAMPLES.read_text(encoding="utf-8"))

    def test_has_every_operation(self) -> None:
        assert set(KEPT) == set(OPERATIONS)


@pytest.mark.parametrize("operation", sorted(KEPT))
class TestExamples:
    def test_fit_what_is_described(self, operation: str) -> None:
        for call in KEPT[operation]:
            parts = ["answer"] if call["body"] is None else ["body", "answer"]
            for part in parts:
                validator = Draft202012Validator(schema_of(operation, part))
                found = [
                    f"{each.json_path}: {each.message}"
                    for each in validator.iter_errors(call[part])
                ]
                assert found == [], part

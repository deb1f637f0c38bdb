"""Each rule that the document leaves out is one: the document allows a request, the product does
not."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.fuzz.unsayable import RULES, Request, Rule, refused_by
from tests.harness.api import Answer, Api
from tools.openapi import SITE

DOCUMENT = json.loads((SITE / "openapi.json").read_text(encoding="utf-8"))
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def holds(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def asked(api: Api, request: Request) -> Answer:
    query = f"?{urlencode(request.query)}" if request.query else ""
    return api.request(request.method, request.path + query, request.body, headers=request.headers)


@every_rule
class TestRule:
    def test_is_not_said_by_the_document(self, rule: Rule) -> None:
        request = rule.refused
        operation = DOCUMENT["paths"][request.described or request.path][request.method.lower()]
        if request.body is not None:
            holds(operation["requestBody"]["content"]["application/json"]["schema"], request.body)
        said = {each["name"]: each["schema"] for each in operation.get("parameters", [])}
        for name, value in (request.query or {}).items():
            holds(said[name], value)

    def test_is_held_by_the_product(self, api: Api, rule: Rule) -> None:
        if rule.refused.after:
            assert asked(api, rule.refused.after).status < 300

        answer = asked(api, rule.refused)

        assert answer.status == 422
        assert all(found is rule for found in refused_by(answer.json))

"""docs/aws.md names what AWS does, where that is handled and what simulates it: every service that
the templates use has a section, and what the rows name is there."""

import json
import re

import pytest

from tests.infrastructure.tables import Row, missing, rows
from tools import templates
from tools.templates import REPOSITORY

PAGE = (REPOSITORY / "docs" / "aws.md").read_text(encoding="utf-8")
SERVICES = {
    "AWS::ApiGatewayV2": "API Gateway",
    "AWS::Budgets": "Budgets",
    "AWS::CertificateManager": "Certificate Manager",
    "AWS::CloudWatch": "CloudWatch",
    "AWS::DynamoDB": "DynamoDB",
    "AWS::Events": "EventBridge",
    "AWS::IAM": "IAM",
    "AWS::KMS": "KMS",
    "AWS::Lambda": "Lambda",
    "AWS::Logs": "CloudWatch",
    "AWS::Route53": "Route 53",
    "AWS::S3": "S3",
    "AWS::SES": "SES",
    "AWS::SNS": "SNS",
    "AWS::SQS": "SQS",
    "AWS::Scheduler": "EventBridge Scheduler",
    "AWS::Serverless::Application": "CloudFormation",
    "AWS::Serverless::Function": "Lambda",
    "AWS::Serverless::HttpApi": "API Gateway",
    "AWS::Serverless::LayerVersion": "Lambda",
    "AWS::Serverless::StateMachine": "Step Functions",
    "ScheduleV2": "EventBridge Scheduler",
}
RULES = 100
"""As many as there may be, in the region that has the least."""
PATTERN = 2_048
"""Characters of an event pattern."""
STATEMENT, STATEMENTS = 450, 20 * 1024
"""Bytes of what allows one route, rule or schedule to call a function, and of all that do."""


def sections() -> dict[str, str]:
    _, *parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


ROWS = list(rows(PAGE, "behaviour", places=1))


def used() -> set[str]:
    found = set()
    for name in (
        "template.yaml",
        *(f"infra/{each.name}" for each in (REPOSITORY / "infra").glob("*.yaml")),
    ):
        for resource in templates.load(name)["Resources"].values():
            found |= {each for each in SERVICES if resource["Type"].startswith(each)} or {
                resource["Type"]
            }
    return found | {
        event.kind
        for each in templates.functions()
        for event in each.events
        if event.kind in SERVICES
    }


class TestPage:
    def test_has_a_section_with_sources_for_every_service(self) -> None:
        missing = {kind for kind in used() if SERVICES.get(kind) not in sections()}

        assert missing == set()
        assert [name for name, text in sections().items() if "https://docs.aws" not in text] == []

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.about[:40])
    def test_names_places_and_tests_that_are_there(self, row: Row) -> None:
        assert missing(row) == []


class TestTemplate:
    def test_has_room_for_more_events_of_each_function(self) -> None:
        for function in templates.functions():
            assert len(function.events) * STATEMENT < STATEMENTS * 0.8, function.name

    def test_has_room_for_more_rules(self) -> None:
        rules = templates.resources(templates.load("infra/messaging.yaml"), "AWS::Events::Rule")
        events = [event for function in templates.functions() for event in function.events]
        of_functions = [
            event.properties["Pattern"] for event in events if event.kind == "EventBridgeRule"
        ]
        patterns = [rule["Properties"]["EventPattern"] for rule in rules.values()] + of_functions

        assert len(patterns) < RULES * 0.8
        assert max(len(json.dumps(pattern)) for pattern in patterns) < PATTERN * 0.8

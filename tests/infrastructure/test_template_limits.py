"""Whether CloudFormation and API Gateway have room for the next routes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.tools import SAM
from tools import templates

NEXT_ROUTES = 8
MOST_RESOURCES, MOST_ROUTES, MOST_BYTES = 500, 300, 1_000_000
MOST_MANAGED_POLICIES = 10
"""Of one role. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_ROUTES_OF_A_FUNCTION = 5
"""The routes for which there is one more function, on the average of what is there."""


@pytest.fixture(scope="module")
def processed() -> dict[str, Any]:
    """What CloudFormation makes of template.yaml."""
    done = subprocess.run(
        [SAM.python, Path(__file__).with_name("sam_transform.py")],
        input=json.dumps(templates.main()),
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin"},
    )
    made: dict[str, Any] = json.loads(done.stdout)
    return made


class TestRoom:
    """A route is one more permission and 1,500 bytes of the API's definition; a function has a role
    and, where it has a queue, a mapping too."""

    def test_for_resources(self, processed: dict[str, Any]) -> None:
        functions = NEXT_ROUTES // _ROUTES_OF_A_FUNCTION
        more = NEXT_ROUTES + functions * len(("function", "role", "mapping"))

        assert len(processed["Resources"]) + more <= MOST_RESOURCES

    def test_for_routes(self) -> None:
        assert len(templates.endpoints()) + NEXT_ROUTES <= MOST_ROUTES

    def test_for_bytes(self, processed: dict[str, Any]) -> None:
        compact = len(json.dumps(processed, separators=(",", ":")).encode())
        of_a_route = compact / len(templates.endpoints())

        assert compact + NEXT_ROUTES * of_a_route <= MOST_BYTES

    def test_for_policies_of_a_role(self, processed: dict[str, Any]) -> None:
        roles = templates.resources(processed, "AWS::IAM::Role").values()

        attached = [len(role["Properties"].get("ManagedPolicyArns", [])) for role in roles]
        assert max(attached) < MOST_MANAGED_POLICIES

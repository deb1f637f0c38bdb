"""Whether CloudFormation and API Gateway have room for the next routes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

import json

import pytest

from tests.infrastructure.processed import processed
from tools import templates

pytestmark = pytest.mark.xdist_group("processed template")
"""SAM's translation takes a quarter of a minute: in the worker that has it already."""
NEXT_ROUTES = 8
MOST_RESOURCES, MOST_ROUTES, MOST_BYTES = 500, 300, 1_000_000
MOST_MANAGED_POLICIES = 10
"""Of one role. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_ROUTES_OF_A_FUNCTION = 5
"""The routes for which there is one more function, on the average of what is there."""


class TestRoom:
    """A route is one more permission and 1,500 bytes of the API's definition; a function has a role
    and, where it has a queue, a mapping too."""

    def test_for_resources(self) -> None:
        functions = NEXT_ROUTES // _ROUTES_OF_A_FUNCTION
        more = NEXT_ROUTES + functions * len(("function", "role", "mapping"))

        assert len(processed()["Resources"]) + more <= MOST_RESOURCES

    def test_for_routes(self) -> None:
        assert len(templates.endpoints()) + NEXT_ROUTES <= MOST_ROUTES

    def test_for_bytes(self) -> None:
        compact = len(json.dumps(processed(), separators=(",", ":")).encode())
        of_a_route = compact / len(templates.endpoints())

        assert compact + NEXT_ROUTES * of_a_route <= MOST_BYTES

    def test_for_policies_of_a_role(self) -> None:
        roles = templates.resources(processed(), "AWS::IAM::Role").values()

        attached = [len(role["Properties"].get("ManagedPolicyArns", [])) for role in roles]
        assert max(attached) < MOST_MANAGED_POLICIES

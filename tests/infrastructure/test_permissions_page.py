"""docs/permissions.md shows what the roles in template.yaml allow, and why it is needed."""

import pytest

from tests.infrastructure.processed import processed
from tests.infrastructure.test_templates import FUNCTIONS
from tools import permissions, templates
from tools.permissions import Permission, page
from tools.templates import Function

pytestmark = pytest.mark.xdist_group("processed template")
OF_EVERY_ROLE = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}
OF_SOURCES = {
    "SQS": "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
    "DynamoDB": "arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole",
}
SEEN = page.seen()


class TestPage:
    def test_shows_a_need_for_all_that_roles_allow(self) -> None:
        """Else take it out of the template, or have a test need it and run `make permissions`."""
        assert permissions.unneeded(SEEN) == []

    def test_shows_nothing_that_is_no_longer_there(self) -> None:
        """`python -m tools.permissions` takes out what the template no longer has."""
        assert SEEN - set(permissions.allowed()) == set()

    def test_is_written_from_itself_and_the_template(self) -> None:
        """It is its own record."""
        assert page.render(SEEN) == page.PAGE.read_text(encoding="utf-8")

    def test_misses_a_permission_that_no_test_saw(self) -> None:
        queue = Permission("steps_run", "sqs:SendMessage", "StepsQueue")

        assert permissions.unneeded(SEEN - {queue}) == [queue]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_role_allows_what_the_page_is_written_from(function: Function) -> None:
    """SAM adds policies to those of the template: the page knows them all."""
    role = processed()["Resources"][f"{function.logical_id}Role"]["Properties"]
    inline = [
        statement
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    from_aws = {each for each in role["ManagedPolicyArns"] if isinstance(each, str)}
    of_template = templates.statements(function)
    of_sources = {
        (each.action, each.resource)
        for each, kind in permissions.by_aws(function).items()
        if kind in permissions.LIMITED
    }

    in_role = {*permissions.of_statements(inline), *permissions.of_statements(of_template)}
    assert in_role | of_sources == {each[1:] for each in permissions.of_function(function)}
    kinds = {event.kind for event in function.events}
    assert from_aws == OF_EVERY_ROLE | {OF_SOURCES[each] for each in kinds & OF_SOURCES.keys()}

"""What the roles of functions allow."""

import pytest

from tests.infrastructure.test_templates import FUNCTIONS, as_list
from tools import permissions, routes, templates
from tools.templates import Function

WITHOUT_RESOURCES = {
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricStatistics",
    "lambda:GetAccountSettings",
    "ses:DescribeActiveReceiptRuleSet",
    "ses:GetAccount",
    "ses:ListEmailIdentities",
}
"""Actions on no resource, or that list all of them: https://docs.aws.amazon.com/service-authorization/latest/reference/"""


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
class TestPermissions:
    def test_name_single_actions(self, function: Function) -> None:
        actions = [
            each for found in templates.statements(function) for each in as_list(found["Action"])
        ]

        assert [action for action in actions if "*" in action] == []

    def test_never_include_reading_a_whole_table(self, function: Function) -> None:
        actions = {
            each for found in templates.statements(function) for each in as_list(found["Action"])
        }

        found = actions & {"dynamodb:Scan", "dynamodb:PartiQLSelect"}
        assert found == ({"dynamodb:Scan"} if function.name == "workspaces_delete" else set())

    def test_name_resources(self, function: Function) -> None:
        resources = [
            each
            for found in templates.statements(function)
            if not set(as_list(found["Action"])) <= WITHOUT_RESOURCES
            for each in as_list(found.get("Resource") or found["NotResource"])
        ]

        assert "*" not in resources

    def test_open_secrets_of_one_kind_alone(self, function: Function) -> None:
        decrypting = [
            found
            for found in templates.statements(function)
            if "kms:Decrypt" in as_list(found["Action"])
        ]

        for statement in decrypting:
            (name,) = statement["Condition"]["Null"]
            assert name.startswith("kms:EncryptionContext:")

    def test_open_keys_of_providers_only_where_models_are_called(self, function: Function) -> None:
        on_keys_of_providers = {
            action
            for found in templates.statements(function)
            if "kms:EncryptionContext:provider" in found.get("Condition", {}).get("Null", {})
            for action in as_list(found["Action"])
        }

        expected = {
            "llm_providers": {"kms:Encrypt"},
            "agents_run": {"kms:Decrypt"},
            "chat": {"kms:Decrypt"},
            "models_write": {"kms:Decrypt"},
        }
        assert on_keys_of_providers == expected.get(function.name, set())
        if on_keys_of_providers:
            given = function.properties["Environment"]["Variables"]
            assert given["LLM_BASE_URLS"] == {"Ref": "LlmBaseUrls"}
        has_packages = {"Ref": "ModelsLayer"} in function.properties.get("Layers", [])
        assert has_packages is ("kms:Decrypt" in on_keys_of_providers)

    def test_are_written_out_in_the_template(self, function: Function) -> None:
        """No policy of AWS and no template of SAM, which both allow more than their names say."""
        managed = templates.resources(templates.main(), "AWS::IAM::ManagedPolicy")

        for policy in function.properties.get("Policies", []):
            assert policy.keys() in ({"Statement"}, {"Ref"})
            assert policy.get("Ref", "AdmissionOfReads") in managed

    def test_read_no_event_source_but_their_own(self, function: Function) -> None:
        """SAM's policies allow polling every queue and reading every stream of the account."""
        own: dict[tuple[str, ...], set[str]] = {}
        for permission, kind in permissions.by_aws(function).items():
            if permission.action in (actions := permissions.LIMITED.get(kind, ())):
                own.setdefault(tuple(actions), set()).add(permission.resource)
        denied = {
            tuple(found["Action"]): {each.removeprefix("all but ") for each in names}
            for found in templates.statements(function)
            if found["Effect"] == "Deny" and "NotResource" in found
            for names in [permissions.resource_names(found)]
        }

        assert denied == own

    def test_admit_requests_in_one_place(self, function: Function) -> None:
        """The policies with which requests are admitted are those of the functions that admit
        some: reads, which go on when they cannot be counted, and what has an Idempotency-Key."""
        api = (routes.apis() | routes.surfaces()).get(function.name)
        methods = {route.method for route in api.routes if route.scopes} if api else set[str]()
        policies = function.properties.get("Policies", [])

        reads = "GET" in methods or function.name == "mcp"
        assert ({"Ref": "AdmissionOfReads"} in policies) == reads
        assert ({"Ref": "AdmissionOfWrites"} in policies) == bool(methods - {"GET", "HEAD"})

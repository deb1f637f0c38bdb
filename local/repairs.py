"""Workarounds for what MiniStack 1.5.33 does not support when it deploys the template.

Each one runs after the deployment, reads the deployed stack, and configures what AWS itself would
have. None changes the template or replaces a part of the product.
"""

import json
import re
from typing import Any

import yaml

from local.processed import Deployed

_FUNCTION_IN_URI = re.compile(r"\$\{(\w+)\.Arn\}")
_ALLOWANCES = "EmulatorAllowances"

Statement = dict[str, Any]


def create_routes(deployed: Deployed) -> str:
    """Create the routes of the HTTP API, because MiniStack ignores those in the OpenAPI body.

    Returns the API's id.
    """
    gateway = deployed.emulator.client("apigatewayv2")
    logical_id, body = _http_api(deployed.template)
    api_id = deployed.names[logical_id]
    for page in gateway.get_paginator("get_routes").paginate(ApiId=api_id):
        for route in page["Items"]:
            gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    integrations = {
        function: gateway.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=deployed.function_arn(function),
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        for function in {function for _, function in _routes(body)}
    }
    for route_key, function in _routes(body):
        target = f"integrations/{integrations[function]}"
        gateway.create_route(ApiId=api_id, RouteKey=route_key, Target=target)
    if cors := body.get("x-amazon-apigateway-cors"):
        rules = {name[0].upper() + name[1:]: value for name, value in cors.items()}
        gateway.update_api(ApiId=api_id, CorsConfiguration=rules)
    return api_id


def _http_api(template: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            return logical_id, resource["Properties"]["Body"]
    raise LookupError("the template has no HTTP API")


def _routes(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the route key and the function's logical id of every operation in an OpenAPI body."""
    found = []
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            function = _FUNCTION_IN_URI.search(uri)
            if function is None:
                raise LookupError(f"the integration of {path} names no function: {uri}")
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            key = path if path == "$default" else f"{verb} {path}"
            found.append((key, function[1]))
    return found


def translate_state_machines(deployed: Deployed) -> None:
    """Store state machine definitions as JSON, because MiniStack cannot run YAML."""
    states = deployed.emulator.client("stepfunctions")
    for arn in deployed.of_type("AWS::StepFunctions::StateMachine"):
        definition = yaml.safe_load(
            states.describe_state_machine(stateMachineArn=arn)["definition"]
        )
        states.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))


def allow_plain_http(deployed: Deployed) -> None:
    """Remove bucket policy statements that require TLS, because MiniStack speaks HTTP."""
    storage = deployed.emulator.client("s3")
    for bucket in (each["Name"] for each in storage.list_buckets()["Buckets"]):
        try:
            policy = json.loads(storage.get_bucket_policy(Bucket=bucket)["Policy"])
        except storage.exceptions.ClientError:  # it has none
            continue
        rest = [each for each in policy["Statement"] if "aws:SecureTransport" not in str(each)]
        if rest == policy["Statement"]:
            continue
        storage.delete_bucket_policy(Bucket=bucket)
        if rest:
            storage.put_bucket_policy(
                Bucket=bucket, Policy=json.dumps({**policy, "Statement": rest})
            )


def allow_as_aws_would(deployed: Deployed) -> None:
    """Grant roles what their statements mean on AWS where MiniStack interprets them too
    narrowly."""
    iam = deployed.emulator.client("iam")
    for role in deployed.of_type("AWS::IAM::Role"):
        extra = [
            wider
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
            if name != _ALLOWANCES
            for statement in _statements(iam, role, name)
            for wider in _as_on_aws(statement)
        ]
        if extra:
            policy = json.dumps({"Version": "2012-10-17", "Statement": extra})
            iam.put_role_policy(RoleName=role, PolicyName=_ALLOWANCES, PolicyDocument=policy)


def _statements(iam: Any, role: str, name: str) -> list[Statement]:
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    if isinstance(document, str):
        document = json.loads(document)
    statements = document["Statement"]
    return [statements] if isinstance(statements, dict) else list(statements)


def _as_on_aws(statement: Statement) -> list[Statement]:
    """Return the statements that MiniStack needs in addition to this one.

    - On AWS `sqs:SendMessage` covers SendMessageBatch; MiniStack checks an action of that name.
    - MiniStack checks an SES v2 send against `*` and not against the sending identity.
    - It supplies no condition keys of KMS encryption contexts, so such a condition never holds.
    """
    if statement.get("Effect") != "Allow":
        return []
    listed = statement.get("Action", [])
    actions = {listed} if isinstance(listed, str) else set(listed)
    bare = {key: value for key, value in statement.items() if key != "Sid"}
    found = []
    if "sqs:SendMessage" in actions:
        found.append(bare | {"Action": "sqs:SendMessageBatch"})
    if sends := sorted(actions & {"ses:SendEmail", "ses:SendRawEmail"}):
        found.append({"Effect": "Allow", "Action": sends, "Resource": "*"})
    keys = {key for condition in bare.get("Condition", {}).values() for key in condition}
    if any(key.startswith("kms:EncryptionContext") for key in keys):
        found.append({key: value for key, value in bare.items() if key != "Condition"})
    return found

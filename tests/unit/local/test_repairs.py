"""What the local stack reads out of the deployed template and its roles."""

from typing import Any

from local.repairs import _as_on_aws, _routes


def _operation(function: str) -> dict[str, Any]:
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )
    return {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": uri}}}


class TestRoutes:
    def test_are_read_from_the_openapi_body(self) -> None:
        body = {
            "paths": {
                "/v1/contacts": {
                    "get": _operation("ContactsFunction"),
                    "post": _operation("ContactsFunction"),
                },
                "/mcp": {"x-amazon-apigateway-any-method": _operation("McpFunction")},
                "$default": {"x-amazon-apigateway-any-method": _operation("SiteFunction")},
            }
        }

        assert _routes(body) == [
            ("GET /v1/contacts", "ContactsFunction"),
            ("POST /v1/contacts", "ContactsFunction"),
            ("ANY /mcp", "McpFunction"),
            ("$default", "SiteFunction"),
        ]


class TestAllowances:
    def test_sending_to_a_queue_covers_a_batch_to_the_same_queue(self) -> None:
        statement = {
            "Sid": "Queue",
            "Effect": "Allow",
            "Action": ["sqs:SendMessage", "kms:Decrypt"],
            "Resource": "arn:queue",
        }

        assert _as_on_aws(statement) == [
            {"Effect": "Allow", "Action": "sqs:SendMessageBatch", "Resource": "arn:queue"}
        ]

    def test_sending_mail_is_not_tied_to_the_identity(self) -> None:
        statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "arn:identity"}

        assert _as_on_aws(statement) == [
            {"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": "*"}
        ]

    def test_a_condition_on_an_encryption_context_is_left_out(self) -> None:
        statement = {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": "arn:key",
            "Condition": {"StringEquals": {"kms:EncryptionContext:workspace": "wsp_1"}},
        }

        assert _as_on_aws(statement) == [
            {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "arn:key"}
        ]

    def test_nothing_else_is_widened(self) -> None:
        for statement in (
            {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"},
            {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "arn:table"},
        ):
            assert _as_on_aws(statement) == []

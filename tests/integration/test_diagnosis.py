"""The diagnosis of a deployment: each state of each check, made and seen."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from outrider.diagnosis.models import ok
from outrider.diagnosis.service import DiagnosisService
from outrider.kit.aws import clients
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import Refusal
from tests.integration.outreach import launched
from tests.integration.running_workflows import a_lead, a_workflow, run
from tests.integration.samples import DIAGNOSE
from tools import templates

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
DOMAIN = "replies.acme.example"
INBOUND = {"INBOUND_DOMAIN": DOMAIN}
BUCKET = "the bucket"
RULE = {
    "Enabled": True,
    "Recipients": [DOMAIN],
    "Actions": [{"S3Action": {"BucketName": BUCKET}}],
}
WELL: dict[str, Any] = {
    "GetAccount": {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50_000.0, "SentLast24Hours": 10.0, "MaxSendRate": 14.0},
    },
    "ListEmailIdentities": {
        "EmailIdentities": [
            {"IdentityName": "acme.example", "IdentityType": "DOMAIN", "SendingEnabled": True}
        ]
    },
    "GetEmailIdentity": {
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"Status": "SUCCESS"},
        "MailFromAttributes": {
            "MailFromDomain": "bounce.acme.example",
            "MailFromDomainStatus": "SUCCESS",
        },
    },
    "DescribeActiveReceiptRuleSet": {"Metadata": {"Name": "outrider"}, "Rules": [RULE]},
    "DescribeAlarms": {
        "MetricAlarms": [
            {"AlarmName": "outrider-StepsAlarm", "StateValue": "OK", "AlarmActions": [TOPIC]}
        ]
    },
    "ListSubscriptionsByTopic": {
        "Subscriptions": [{"SubscriptionArn": f"{TOPIC}:1", "Endpoint": "ada@acme.example"}]
    },
    "GetAccountSettings": {
        "AccountLimit": {
            "ConcurrentExecutions": 1_000,
            "UnreservedConcurrentExecutions": 1_000,
            "TotalCodeSize": 100,
        },
        "AccountUsage": {"TotalCodeSize": 10},
    },
    "GetMetricStatistics": {"Datapoints": []},
    "ListStackResources": {
        "StackResourceSummaries": [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": f"https://sqs/123456789012/outrider-{name}",
                "ResourceType": "AWS::SQS::Queue",
            }
            for name in ("StepsQueue", "StepsDeadLetters", "ImportsDeadLetters")
        ]
    },
    "GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "0"}},
    "DescribeKey": {"KeyMetadata": {"KeyId": "1", "KeyState": "Enabled"}},
}
"""Answers of AWS about a deployment that lacks nothing."""

Answer = dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any]]


class Aws:
    """AWS as a test has it: `answers` by operation."""

    def __init__(self, cloud: Cloud) -> None:
        self.answers: dict[str, Answer] = dict(WELL)
        services = ("sesv2", "ses", "sns", "lambda", "cloudwatch", "cloudformation", "sqs", "kms")
        self.players = dict.fromkeys(services, self._answer)
        self._cloud = cloud

    def _answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        answer = self.answers[operation]
        return answer(params) if callable(answer) else answer

    def diagnose(self, **environment: str) -> dict[str, dict[str, Any]]:
        """The findings by check."""
        variables = {**INBOUND, "FILES_BUCKET": BUCKET, **environment}
        with self._cloud.environment(**variables):
            answer = DIAGNOSE.invoke(self._cloud)
        assert answer["stack"] == "outrider"
        return {finding["check"]: finding for finding in answer["findings"]}


@pytest.fixture
def aws(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    made = Aws(cloud)
    for service, player in made.players.items():
        monkeypatch.setitem(cloud.wire.players, service, player)
    yield made
    clients.reset()


def points(**values: float) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Values of metrics of Lambda, by name."""

    def answer(params: dict[str, Any]) -> dict[str, Any]:
        of = params["Statistics"][0]
        value = values.get(params["MetricName"])
        return {"Datapoints": [] if value is None else [{of: value}]}

    return answer


def account(**changes: Any) -> dict[str, Any]:
    return {"GetAccount": WELL["GetAccount"] | changes}


def quota(sent: float, most: float = 50_000.0) -> dict[str, Any]:
    return account(SendQuota={"Max24HourSend": most, "SentLast24Hours": sent, "MaxSendRate": 1.0})


def identity(**changes: Any) -> dict[str, Any]:
    return {"GetEmailIdentity": WELL["GetEmailIdentity"] | changes}


def listed(**changes: Any) -> dict[str, Any]:
    (one,) = WELL["ListEmailIdentities"]["EmailIdentities"]
    return {"ListEmailIdentities": {"EmailIdentities": [one | changes]}}


def rules(name: str | None, *found: dict[str, Any]) -> dict[str, Any]:
    metadata = {"Metadata": {"Name": name}} if name else {}
    return {"DescribeActiveReceiptRuleSet": metadata | {"Rules": list(found)}}


def alarm(**changes: Any) -> dict[str, Any]:
    (one,) = WELL["DescribeAlarms"]["MetricAlarms"]
    return {"DescribeAlarms": {"MetricAlarms": [one | changes]}}


def subscribed(*arns: str) -> dict[str, Any]:
    found = [
        {"SubscriptionArn": arn, "Endpoint": f"{n}@acme.example"} for n, arn in enumerate(arns)
    ]
    return {"ListSubscriptionsByTopic": {"Subscriptions": found}}


def limits(**changes: Any) -> dict[str, Any]:
    settings = WELL["GetAccountSettings"]
    return {"GetAccountSettings": settings | {"AccountLimit": settings["AccountLimit"] | changes}}


PENDING = "PendingConfirmation"
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("ses_account", account(ProductionAccessEnabled=False), "failing", "sandbox"),
    ("ses_account", account(SendingEnabled=False), "failing", "switched off"),
    ("ses_account", account(EnforcementStatus="SHUTDOWN"), "failing", "stopped"),
    ("ses_account", account(EnforcementStatus="PROBATION"), "warning", "PROBATION"),
    ("ses_account", quota(50_000), "failing", "used up: 50,000 of 50,000"),
    ("ses_account", quota(40_000), "warning", "nearly used up"),
    ("ses_account", quota(1e9, -1), "ok", "no limit"),
    (
        "ses_identities",
        {"ListEmailIdentities": {"EmailIdentities": []}},
        "failing",
        "There is none",
    ),
    ("ses_identities", listed(SendingEnabled=False), "failing", "None is verified, of acme"),
    ("ses_identities", identity(VerifiedForSendingStatus=False), "warning", "is not verified"),
    ("ses_identities", identity(DkimAttributes={"Status": "FAILED"}), "warning", "is FAILED"),
    ("ses_identities", identity(MailFromAttributes={}), "warning", "no MAIL FROM"),
    (
        "ses_identities",
        identity(MailFromAttributes={"MailFromDomain": "b", "MailFromDomainStatus": "PENDING"}),
        "warning",
        "is PENDING",
    ),
    ("inbound_email", rules(None), "failing", "No receipt rule set is active"),
    ("inbound_email", rules("outrider"), "failing", "has no enabled rule"),
    ("inbound_email", rules("outrider", {**RULE, "Enabled": False}), "failing", "no enabled rule"),
    ("inbound_email", rules("other", {**RULE, "Actions": []}), "failing", "Another rule set"),
    ("inbound_email", rules("other", {**RULE, "Recipients": ["b.example"]}), "failing", "Another"),
    ("inbound_email", rules("other", RULE), "ok", "other keeps email"),
    ("alarms", {"DescribeAlarms": {"MetricAlarms": []}}, "failing", "no alarms"),
    ("alarms", alarm(StateValue="ALARM"), "warning", "Ringing: outrider-StepsAlarm"),
    ("alarms", alarm(AlarmActions=[]), "warning", "Nobody is told"),
    ("alarms", subscribed(), "failing", "Nobody subscribes"),
    ("alarms", subscribed(PENDING), "failing", "No subscription to alarms is confirmed"),
    ("alarms", subscribed(f"{TOPIC}:1", PENDING), "warning", "Not confirmed: 1@acme.example"),
    ("lambda_concurrency", limits(ConcurrentExecutions=10), "failing", "workers are throttled"),
    ("lambda_concurrency", limits(UnreservedConcurrentExecutions=50), "warning", "reserved most"),
    ("lambda_quotas", {"GetMetricStatistics": points(Throttles=7)}, "warning", "7 throttled"),
    (
        "lambda_quotas",
        {"GetMetricStatistics": points(ConcurrentExecutions=900)},
        "warning",
        "900 of 1,000",
    ),
    ("lambda_quotas", limits(TotalCodeSize=11), "warning", "91% of Lambda's code storage"),
    ("dead_letters", {"ListStackResources": {"StackResourceSummaries": []}}, "failing", "no dead"),
    (
        "dead_letters",
        {"GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "3"}}},
        "failing",
        "ImportsDeadLetters has 3 messages, StepsDeadLetters has 3",
    ),
    ("relay", {"GetMetricStatistics": points(IteratorAge=90_000)}, "warning", "within 90 s"),
    ("relay", {"GetMetricStatistics": points(IteratorAge=3.6e6)}, "failing", "within 3,600 s"),
    ("relay", {"GetMetricStatistics": points(Errors=2)}, "warning", "2 batches failed"),
]


class TestChecks:
    def test_find_nothing_in_a_deployment_that_lacks_nothing(self, aws: Aws) -> None:
        found = aws.diagnose()

        assert [each for each in found.values() if each["state"] != "ok"] == []
        assert {name for name, *_ in CASES} | {"campaigns", "workflows", "encryption"} == set(found)
        assert {each["mend"] for each in found.values()} == {""}

    @pytest.mark.parametrize("check", sorted({check for check, *_ in CASES}))
    def test_see_what_is_wrong_and_say_how_to_mend_it(self, aws: Aws, check: str) -> None:
        for name, answers, state, seen in CASES:
            if name != check:
                continue
            aws.answers = WELL | answers

            found = aws.diagnose()[check]

            assert (found["state"], seen in found["seen"]) == (state, True), found
            assert bool(found["mend"]) == (state != "ok")

    def test_compare_the_concurrency_with_what_the_template_assumes(self, aws: Aws) -> None:
        for quota_, assumed, state in ((10, "10", "warning"), (1_000, "10", "warning")):
            aws.answers |= limits(
                ConcurrentExecutions=quota_, UnreservedConcurrentExecutions=quota_
            )

            found = aws.diagnose(LAMBDA_CONCURRENCY=assumed)["lambda_concurrency"]

            assert found["state"] == state

    def test_warn_where_no_replies_are_received(self, aws: Aws) -> None:
        assert aws.diagnose(INBOUND_DOMAIN="")["inbound_email"]["state"] == "warning"

    def test_find_campaigns_and_workflows_that_stand_still(
        self, api: Api, cloud: Cloud, aws: Aws
    ) -> None:
        campaign, workflow = launched(api).campaign_id, a_workflow(api, "qualify")
        a_lead(api, workflow, "bob@acme.example")
        run(api, workflow)

        early = aws.diagnose()
        cloud.clock.advance(minutes=30)
        late = aws.diagnose()

        for check, id_ in (("campaigns", campaign), ("workflows", workflow)):
            assert early[check]["state"] == "ok"
            assert late[check]["state"] == "failing"
            assert f"{id_} of {api.workspace().id}" in late[check]["seen"]

    def test_find_a_key_that_cannot_be_used(self, aws: Aws) -> None:
        for state in ("Disabled", "PendingDeletion"):
            aws.answers["DescribeKey"] = {"KeyMetadata": {"KeyId": "1", "KeyState": state}}

            found = aws.diagnose()["encryption"]

            assert (found["state"], state in found["seen"]) == ("failing", True)
            assert ("cancel-key-deletion" in found["mend"]) == (state == "PendingDeletion")


class TestIsolation:
    def test_a_call_that_is_denied_leaves_the_other_checks_alone(self, aws: Aws) -> None:
        def denied(_: object) -> dict[str, Any]:
            raise Refusal("AccessDeniedException", "not authorized")

        for operation in WELL:
            aws.answers = WELL | {operation: denied}

            found = aws.diagnose()

            assert {each["state"] for each in found.values()} == {"ok", "unknown"}, operation
            unknown = [each for each in found.values() if each["state"] == "unknown"]
            assert all("AccessDenied" in each["seen"] for each in unknown)
            assert all("lacks a permission" in each["mend"] for each in unknown)

    def test_one_that_fails_or_hangs_is_unknown(self) -> None:
        ends = Event()

        def fails() -> Any:
            raise KeyError("AccountLimit")

        def hangs() -> Any:
            ends.wait()

        checks = {"works": lambda: ok("yes"), "fails": fails, "hangs": hangs}
        answer = DiagnosisService("outrider", checks, local=False, longest=0.05).diagnose()
        ends.set()

        assert answer.state == "unknown"
        assert [(each.state, each.seen) for each in answer.findings] == [
            ("ok", "yes"),
            ("unknown", "KeyError: 'AccountLimit'"),
            ("unknown", "No result after 0.05 s"),
        ]

    def test_on_the_local_stack_says_what_it_does_not_have(self, aws: Aws) -> None:
        def missing(_: object) -> dict[str, Any]:
            raise Refusal("InvalidAction", "unknown")

        aws.answers["DescribeAlarms"] = missing

        found = aws.diagnose(STAGE="local")

        assert found["relay"]["seen"].startswith("Not on the local stack: ")
        for check in ("lambda_concurrency", "lambda_quotas"):
            assert found[check]["state"] == "unknown"
            assert found[check]["seen"] == "Not on the local stack: an emulator has no quota"
        assert found["alarms"]["seen"].startswith("Not on the local stack (InvalidAction")


def test_dead_letter_queues_are_known_by_their_names() -> None:
    queues = templates.resources(templates.load("infra/messaging.yaml"), "AWS::SQS::Queue")
    targets = {
        str(queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0])
        for queue in queues.values()
        if "RedrivePolicy" in queue["Properties"]
    }

    assert targets
    assert all(name.endswith("DeadLetters") for name in targets)

"""What every table, queue, rule, stream and policy of the stack must have."""

import json
from typing import Any

import pytest

from tools import templates
from tools.templates import Event

DATA = templates.load("infra/data.yaml")
MESSAGING = templates.load("infra/messaging.yaml")
OBSERVABILITY = templates.load("infra/observability.yaml")

TABLES = templates.resources(DATA, "AWS::DynamoDB::Table")
QUEUES = templates.resources(MESSAGING, "AWS::SQS::Queue")
FUNCTIONS = templates.functions()
LONGEST_LINE = 120
LEAST_CONCURRENCY = 2
"""What SQS can be kept to."""


def dead_letter_queues() -> set[str]:
    """Every queue that takes what failed: redriven to, or the last resort of rules and streams."""
    return {name for name in QUEUES if name.endswith("DeadLetters")}


def events(kind: str) -> list[Any]:
    return [
        pytest.param(event, id=f"{function.name}-{event.name}")
        for function in FUNCTIONS
        for event in function.events
        if event.kind == kind
    ]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", TABLES)
class TestTables:
    def test_survive_a_deleted_stack(self, name: str) -> None:
        table = TABLES[name]

        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")

    def test_can_be_restored_to_a_point_in_time(self, name: str) -> None:
        recovery = TABLES[name]["Properties"]["PointInTimeRecoverySpecification"]

        assert recovery == {"PointInTimeRecoveryEnabled": True}

    def test_are_encrypted_with_the_key_of_the_stack(self, name: str) -> None:
        encryption = TABLES[name]["Properties"]["SSESpecification"]

        assert encryption == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Ref": "Key"},
        }

    def test_cost_nothing_while_idle(self, name: str) -> None:
        assert TABLES[name]["Properties"]["BillingMode"] == "PAY_PER_REQUEST"

    def test_carry_old_and_new_in_their_streams(self, name: str) -> None:
        """But for the feed's own table, which has no reader."""
        stream = TABLES[name]["Properties"].get("StreamSpecification")
        read = name != "EventsTable"

        assert stream == ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if read else None)


class TestKey:
    def test_survives_a_deleted_stack(self) -> None:
        key = DATA["Resources"]["Key"]

        assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", QUEUES)
def test_queues_are_encrypted(name: str) -> None:
    assert QUEUES[name]["Properties"]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("name", sorted(QUEUES.keys() - dead_letter_queues()))
class TestQueues:
    def test_give_up_into_a_dead_letter_queue(self, name: str) -> None:
        target = QUEUES[name]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]

        assert target["Fn::GetAtt"][0] in dead_letter_queues()

    def test_keep_messages_for_less_than_their_dead_letters(self, name: str) -> None:
        """A dead letter is as old as the message was: nothing of it must be over before."""
        kept = QUEUES[name]["Properties"].get("MessageRetentionPeriod", 4 * 86_400)

        assert kept <= 7 * 86_400


@pytest.mark.parametrize("name", sorted(dead_letter_queues()))
def test_dead_letter_queues_keep_messages_as_long_as_possible(name: str) -> None:
    assert QUEUES[name]["Properties"]["MessageRetentionPeriod"] == 14 * 86_400


class TestAlarms:
    def test_watch_every_dead_letter_queue(self) -> None:
        passed_on = templates.main()["Resources"]["Observability"]["Properties"]["Parameters"]
        outputs = MESSAGING["Outputs"]
        watched = set()
        for alarm in templates.resources(OBSERVABILITY, "AWS::CloudWatch::Alarm").values():
            for dimension in alarm["Properties"].get("Dimensions", []):
                if dimension["Name"] != "QueueName":
                    continue
                output = passed_on[dimension["Value"]["Ref"]]["Fn::GetAtt"][1]
                value = outputs[output.removeprefix("Outputs.")]["Value"]
                watched.add(value["Fn::GetAtt"][0])

        assert watched == dead_letter_queues()

    def test_tell_the_topics(self) -> None:
        """One that the operator names, and one with an address as its reader."""
        topics = [
            {"Fn::If": ["HasTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AWS::NoValue"}]},
            {"Fn::If": ["HasEmail", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]},
        ]

        for alarm in templates.resources(OBSERVABILITY, "AWS::CloudWatch::Alarm").values():
            assert alarm["Properties"]["AlarmActions"] == topics


class TestLogs:
    def test_are_of_the_class_that_alarms_can_be_made_of(self) -> None:
        template = templates.load("template.yaml")
        group = template["Resources"]["Logs"]["Properties"]

        assert templates.resources(OBSERVABILITY, "AWS::Logs::MetricFilter")
        assert group.get("LogGroupClass", "STANDARD") == "STANDARD"

    def test_have_of_lambdas_own_lines_those_about_what_went_wrong(self) -> None:
        """They are told apart by their level in JSON alone."""
        logging = templates.load("template.yaml")["Globals"]["Function"]["LoggingConfig"]

        assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "WARN")


class TestApi:
    def test_bounds_what_reaches_functions(self) -> None:
        api = templates.main()["Resources"]["Api"]["Properties"]

        assert api["DefaultRouteSettings"] == {
            "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
            "ThrottlingBurstLimit": {"Ref": "RequestBurst"},
        }

    def test_logs_requests_without_the_secrets_in_their_paths(self) -> None:
        settings = templates.main()["Resources"]["Api"]["Properties"]["AccessLogSettings"]
        written = json.loads(settings["Format"])

        assert written["route"] == "$context.routeKey"
        assert not {"$context.path", "$context.domainName"} & set(written.values())

    def test_is_called_by_no_page_of_a_browser(self) -> None:
        assert "CorsConfiguration" not in templates.main()["Resources"]["Api"]["Properties"]


class TestRules:
    @pytest.mark.parametrize("kind", ["EventBridgeRule", "ScheduleV2", "Schedule"])
    def test_of_functions_try_again_and_then_keep_what_failed(self, kind: str) -> None:
        careless = [
            f"{function.name} {event.name}"
            for function in FUNCTIONS
            for event in function.events
            if event.kind == kind
            and not {"RetryPolicy", "DeadLetterConfig"} <= event.properties.keys()
        ]

        assert careless == []

    def test_of_the_bus_try_again_and_then_keep_what_failed(self) -> None:
        careless = [
            target["Id"]
            for rule in templates.resources(MESSAGING, "AWS::Events::Rule").values()
            for target in rule["Properties"]["Targets"]
            if not {"RetryPolicy", "DeadLetterConfig"} <= target.keys()
            and target["Arn"]["Fn::GetAtt"][0] != "UndeliveredDeadLetters"
        ]

        assert careless == []

    def test_say_whose_message_it_is(self) -> None:
        """But for an object of a bucket, which does not say it: such a message is a group alone."""
        rules = templates.resources(MESSAGING, "AWS::Events::Rule")
        groups = {
            name: target.get("SqsParameters", {}).get("MessageGroupId")
            for name, rule in rules.items()
            for target in rule["Properties"]["Targets"]
            if rule["Properties"]["EventPattern"]["source"] != ["aws.s3"]
        }

        assert groups.pop("FeedbackRule") == "$.detail.mail.tags.workspace_id[0]"
        assert set(groups.values()) == {"$.detail.workspace_id"}

    def test_may_send_to_their_queues(self) -> None:
        targets = {
            target["Arn"]["Fn::GetAtt"][0]
            for rule in templates.resources(MESSAGING, "AWS::Events::Rule").values()
            for target in rule["Properties"]["Targets"]
        }
        policy = MESSAGING["Resources"]["RulesMaySend"]["Properties"]
        allowed = {
            each["Fn::GetAtt"][0] for each in policy["PolicyDocument"]["Statement"][0]["Resource"]
        }

        assert targets | {"UndeliveredDeadLetters"} == allowed
        assert {each["Ref"] for each in policy["Queues"]} == allowed


RELAY = [
    each for function in FUNCTIONS if function.name == "events_relay" for each in function.events
]


class TestRelay:
    def test_reads_every_table_but_the_one_it_writes(self) -> None:
        outputs = {
            name: output["Value"]["Fn::If"][1]["Fn::GetAtt"][0]
            for name, output in DATA["Outputs"].items()
            if name.endswith("StreamArn")
        }
        streams = [event.properties["Stream"]["Fn::GetAtt"][1] for event in RELAY]

        read = {outputs[stream.removeprefix("Outputs.")] for stream in streams}
        assert read == TABLES.keys() - {"EventsTable"}


@pytest.mark.parametrize("event", events("DynamoDB"))
class TestStreams:
    def test_keep_what_failed(self, event: Event) -> None:
        """The bucket gets the records themselves, a queue only where they stood in the stream."""
        destination = event.properties["DestinationConfig"]["OnFailure"]

        bucket = {"Fn::GetAtt": ["Data", "Outputs.FilesBucketArn"]}
        assert destination == {"Type": "S3", "Destination": bucket}

    def test_give_up_before_the_stream_forgets_the_record(self, event: Event) -> None:
        # What the stream has trimmed after a day never reaches the dead-letter queue.
        assert event.properties["MaximumRecordAgeInSeconds"] < 24 * 3_600

    def test_isolate_a_bad_record(self, event: Event) -> None:
        assert event.properties["BisectBatchOnFunctionError"] is True

    def test_wake_functions_only_for_what_concerns_them(self, event: Event) -> None:
        assert event.properties["FilterCriteria"]["Filters"]


class TestLoops:
    def test_through_queues_are_allowed_where_they_are_meant(self) -> None:
        """Else Lambda ends each chain after 16 turns, and its message is a dead letter."""
        allowed = {
            function.name
            for function in FUNCTIONS
            if function.properties.get("RecursiveLoop") == "Allow"
        }

        assert allowed == {name for name in sends_to() if name in reached_from(name)}


def sends_to() -> dict[str, set[str]]:
    """The functions whose queues a function may send to, by its policies."""
    readers = {
        str(event.properties["Queue"]): function.name
        for function in FUNCTIONS
        for event in function.events
        if event.kind == "SQS"
    }
    return {
        function.name: {
            readers[str(queue)]
            for statement in templates.statements(function)
            if "sqs:SendMessage" in as_list(statement["Action"])
            for queue in as_list(statement["Resource"])
            if str(queue) in readers
        }
        for function in FUNCTIONS
    }


def reached_from(name: str) -> set[str]:
    """The functions that a chain of messages beginning with a function's own may wake."""
    following, reached = sends_to(), set[str]()
    ahead = set(following[name])
    while ahead:
        reached |= ahead
        ahead = {further for each in ahead for further in following[each]} - reached
    return reached


class TestMail:
    def test_is_never_changed_to_track_its_recipient(self) -> None:
        """A destination of these events makes SES add a picture and replace links in every mail."""
        for each in templates.resources(
            MESSAGING, "AWS::SES::ConfigurationSetEventDestination"
        ).values():
            asked = each["Properties"]["EventDestination"]["MatchingEventTypes"]
            assert not {"open", "click"} & set(asked)

    def test_of_other_stacks_in_the_account_is_nothing_to_us(self) -> None:
        pattern = MESSAGING["Resources"]["FeedbackRule"]["Properties"]["EventPattern"]
        (name,) = pattern["detail"]["mail"]["tags"]["ses:configuration-set"]

        assert name == MESSAGING["Resources"]["MailEvents"]["Properties"]["Name"]

    def test_is_sent_by_functions_that_know_the_address_its_links_begin_with(self) -> None:
        """A request of the API tells it; in the environment of its functions it cannot stand."""
        behind_the_api = {each.function for each in templates.endpoints()}
        senders = [
            function
            for function in FUNCTIONS
            for statement in templates.statements(function)
            if "ses:SendEmail" in as_list(statement["Action"])
            and function.name not in behind_the_api
        ]

        assert senders
        for function in senders:
            variables = function.properties["Environment"]["Variables"]
            (condition, given, own) = variables["PUBLIC_URL"]["Fn::If"]
            assert (condition, given) == ("HasPublicUrl", {"Ref": "PublicUrl"})
            assert "${Api}" in own["Fn::Sub"]


@pytest.mark.parametrize("event", events("SQS"))
class TestQueueSubscriptions:
    def test_ask_for_no_more_than_the_function_can_take(self, event: Event) -> None:
        # Else a throttled function leaves messages to the dead letters untried.
        _, roomy, scarce = event.properties["ScalingConfig"]["MaximumConcurrency"]["Fn::If"]
        assert roomy >= scarce == LEAST_CONCURRENCY

    def test_let_single_records_fail(self, event: Event) -> None:
        assert event.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_hide_messages_for_longer_than_a_call_may_take(self, event: Event) -> None:
        output = event.properties["Queue"]["Fn::GetAtt"][1].removeprefix("Outputs.")
        queue = MESSAGING["Outputs"][output]["Value"]["Fn::GetAtt"][0]
        function = next(each for each in FUNCTIONS if event in each.events)
        common = templates.main()["Globals"]["Function"]["Timeout"]
        timeout = function.properties.get("Timeout", common)

        assert QUEUES[queue]["Properties"]["VisibilityTimeout"] > timeout


class TestReading:
    @pytest.mark.parametrize(
        "path",
        [
            "template.yaml",
            *(f"infra/{each.name}" for each in (templates.REPOSITORY / "infra").glob("*.yaml")),
        ],
    )
    def test_has_no_long_lines(self, path: str) -> None:
        """But for endpoints, each of which is one line."""
        lines = (templates.REPOSITORY / path).read_text(encoding="utf-8").splitlines()

        long = [line for line in lines if len(line) > LONGEST_LINE]
        assert [line for line in long if "Type: HttpApi" not in line] == []

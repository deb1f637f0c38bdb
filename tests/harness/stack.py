"""The stack: infra/data.yaml created by moto, the rest named as CloudFormation would name it."""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from botocore.session import get_session
from moto import mock_aws

from outrider.kit.aws import clients
from outrider.kit.settings import settings
from outrider.messages.transports import pacing
from outrider.sequences import kept
from tests.harness import repairs
from tests.harness.bus import Rule
from tests.harness.executions import Machine
from tests.harness.queues import Queue
from tools import templates

ACCOUNT, REGION, STACK = "123456789012", "us-east-1", "outrider"
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
}
PARAMETERS = {
    "Stage": "test",
    "AlarmTopicArn": "",
    "EventsOneByOne": "",
    "LlmBaseUrls": "https://llm.outrider.test/v1",
    "InboundDomain": "",
    # Most tests need a mailbox that sends; tests/integration/test_ownership.py has the default.
    "MailboxOwnership": "first",
    # Most tests count calls or credits; tests/integration/test_plans.py has the default.
    "Plans": "documented",
    "VerificationSender": "codes@outrider.test",
    "LambdaConcurrency": "1000",
    "PublicUrl": "https://api.outrider.test",
}
_TASKS = {"CampaignRun": "campaigns_dispatch", "WorkflowRun": "workflows_dispatch"}
"""The function that each state machine calls."""
_PLACEHOLDER = re.compile(r"\$\{([\w:.]+)\}")
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    # moto knows no account-based endpoints.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_LAMBDA_FUNCTION_NAME": "harness",
    "POWERTOOLS_DEV": "false",
    # Nobody listens there: a test that means to ask DNS names a server of its own.
    "DNS_SERVER": "127.0.0.1:9",
}


class Stack:
    """What a template's references stand for."""

    def __init__(self, data: dict[str, str], session: Any) -> None:
        self.session = session
        """A session of the tests' own: its calls are not recorded."""
        self.data = data
        self._environments: dict[tuple[Any, ...], dict[str, str]] = {}
        """Of each function and the parameters, which tests change."""
        self.template = templates.main()
        self.messaging = templates.load("infra/messaging.yaml")
        self.queues = self._queues()
        self.functions = {function.name: function for function in templates.functions()}
        self._messaging_outputs = {
            name: self._nested(output["Value"])
            for name, output in self.messaging["Outputs"].items()
        }

    @property
    def bus_name(self) -> str:
        return self._messaging_outputs["BusName"]

    @property
    def bus_arn(self) -> str:
        return arn("events", f"event-bus/{STACK}")

    def machine_arn(self, logical_id: str) -> str:
        return arn("states", f"stateMachine:{self.machine_name(logical_id)}")

    def machine_name(self, logical_id: str) -> str:
        return str(self.resolve(self.template["Resources"][logical_id]["Properties"]["Name"]))

    def machines(self) -> dict[str, Machine]:
        """The state machines, by ARN."""
        kind = "AWS::Serverless::StateMachine"
        return {
            self.machine_arn(name): Machine(
                templates.load(resource["Properties"]["DefinitionUri"]), _TASKS[name]
            )
            for name, resource in templates.resources(self.template, kind).items()
        }

    def name_of(self, logical_id: str) -> str:
        """The name of a deployed function: its own, or one that CloudFormation makes."""
        properties = self.template["Resources"][logical_id]["Properties"]
        return str(self.resolve(properties.get("FunctionName", logical_id)))

    def environment(self, function: str) -> dict[str, str]:
        """The environment of one function: the Globals' and its own."""
        case = (function, tuple(PARAMETERS.items()))
        if case not in self._environments:
            self._environments[case] = self._environment(function)
        return self._environments[case]

    def _environment(self, function: str) -> dict[str, str]:
        shared = self.template["Globals"]["Function"]["Environment"]["Variables"]
        own = self.functions[function].properties.get("Environment", {}).get("Variables", {})
        return {name: str(self.resolve(value)) for name, value in (shared | own).items()}

    def rules(self) -> list[Rule]:
        """Every rule on the bus. Those of infra/messaging.yaml lead to queues."""
        rules = [
            Rule(self._pattern(resource["Properties"]["EventPattern"]), self._nested(target["Arn"]))
            for resource in templates.resources(self.messaging, "AWS::Events::Rule").values()
            for target in resource["Properties"]["Targets"]
            if not target.keys() & {"Input", "InputPath", "InputTransformer"}
        ]
        rules += [
            Rule(event.properties["Pattern"], function.name)
            for function in self.functions.values()
            for event in function.events
            if event.kind == "EventBridgeRule"
        ]
        return rules

    def resolve(self, value: Any) -> Any:  # noqa: PLR0911 - one for each function
        """`value` of template.yaml with its references replaced. KeyError names what is missing."""
        match value:
            case {"Ref": name}:
                return self._ref(name)
            case {"Fn::GetAtt": parts}:
                return self._attribute(".".join(parts))
            case {"Fn::If": [condition, then, otherwise]}:
                return self.resolve(then if self._holds(condition) else otherwise)
            case {"Fn::Sub": str(text)}:
                return _PLACEHOLDER.sub(lambda found: self._substituted(found[1]), text)
            case dict():
                return {name: self.resolve(each) for name, each in value.items()}
            case list():
                return [self.resolve(each) for each in value]
            case _:
                return value

    def _holds(self, condition: str) -> bool:
        """A condition of template.yaml, in the one form that it uses: a parameter is not empty."""
        (equals,) = self.template["Conditions"][condition]["Fn::Not"]
        one, other = (self.resolve(each) for each in equals["Fn::Equals"])
        return bool(one != other)

    def _substituted(self, name: str) -> str:
        return str(self._attribute(name) if "." in name else self._ref(name))

    def _ref(self, name: str) -> str:
        if name in _PSEUDO or name in PARAMETERS:
            return (_PSEUDO | PARAMETERS)[name]
        match self.template["Resources"][name]["Type"]:
            case "AWS::Serverless::StateMachine":
                return self.machine_arn(name)
            case "AWS::Serverless::Function":
                return self.name_of(name)
            case "AWS::Serverless::HttpApi":
                return f"{STACK}{name}".lower()
            case "AWS::Serverless::Application":
                return arn("cloudformation", f"stack/{STACK}-{name}/1")
            case kind:
                raise NotImplementedError(f"the harness has no name for {name}, a {kind}")

    def _attribute(self, path: str) -> str:
        head, _, attribute = path.partition(".")
        if head == "Data":
            return self.data[attribute.removeprefix("Outputs.")]
        if head == "Messaging":
            return self._messaging_outputs[attribute.removeprefix("Outputs.")]
        kind = self.template["Resources"][head]["Type"]
        if kind == "AWS::Serverless::StateMachine" and attribute == "Name":
            return self.machine_name(head)
        if kind == "AWS::Serverless::Function" and attribute == "Arn":
            return arn("lambda", f"function:{self.name_of(head)}")
        raise NotImplementedError(f"the harness has no {path}")

    def _pattern(self, value: Any) -> Any:
        """An event pattern of infra/messaging.yaml with the names of bucket and stack in it."""
        match value:
            case {"Ref": "FilesBucketName"}:
                return self.data["FilesBucketName"]
            case {"Ref": "BusName"}:
                return STACK
            case dict():
                return {name: self._pattern(each) for name, each in value.items()}
            case list():
                return [self._pattern(each) for each in value]
            case _:
                return value

    def _nested(self, value: Any) -> str:
        """A reference inside infra/messaging.yaml."""
        match value:
            case {"Ref": "Bus" | "BusName"}:
                return STACK
            case {"Ref": name}:
                return self.queues[name].url if name in self.queues else f"{STACK}-{name}"
            case {"Fn::GetAtt": ["Bus", "Arn"]}:
                return self.bus_arn
            case {"Fn::GetAtt": [name, "Arn"]}:
                queue = self.queues.get(name)
                return queue.arn if queue else arn("iam", f"role/{STACK}-{name}")
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self.queues[name].name
            case _:
                raise NotImplementedError(f"the harness cannot resolve {value}")

    def _queues(self) -> dict[str, Queue]:
        declared = templates.resources(self.messaging, "AWS::SQS::Queue")
        queues = {
            name: Queue(
                name=f"{STACK}-{name}",
                arn=arn("sqs", f"{STACK}-{name}"),
                url=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{STACK}-{name}",
                visibility_timeout=resource["Properties"].get("VisibilityTimeout", 30),
                delay_seconds=resource["Properties"].get("DelaySeconds", 0),
            )
            for name, resource in declared.items()
        }
        for name, resource in declared.items():
            if redrive := resource["Properties"].get("RedrivePolicy"):
                queues[name].max_receives = redrive["maxReceiveCount"]
                queues[name].dead_letters = queues[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        return queues


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


@contextmanager
def created() -> Iterator[Stack]:
    """moto with the stack's tables and key; the environment of an ordinary function."""
    with ExitStack() as stack_of:
        stack_of.enter_context(patch.dict(os.environ, _CREDENTIALS))
        stack_of.enter_context(repairs.applied())
        stack_of.enter_context(mock_aws())
        forget()
        session = get_session()
        stack = Stack(_create(session, "data"), session)
        variables = stack.template["Globals"]["Function"]["Environment"]["Variables"]
        shared = {name: str(stack.resolve(value)) for name, value in variables.items()}
        stack_of.enter_context(patch.dict(os.environ, shared))
        forget()
        try:
            yield stack
        finally:
            forget()


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """`variables` in the environment, as far as they differ."""
    before = {
        name: found for name, value in variables.items() if (found := os.environ.get(name)) != value
    }
    if not before:
        yield
        return
    os.environ.update(variables)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        settings.cache_clear()


def forget() -> None:
    """What the library remembers of its process."""
    from outrider.access import admission
    from outrider.writing.wiring import providers

    clients.reset()
    settings.cache_clear()
    admission._meter.cache_clear()
    pacing.ses_pace.cache_clear()
    kept.forget()
    providers.forget()


def _create(session: Any, name: str) -> dict[str, str]:
    formation = session.create_client("cloudformation")
    body = (templates.REPOSITORY / "infra" / f"{name}.yaml").read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Tried to parse AWS::S3::BucketPolicy")
        formation.create_stack(StackName=f"{STACK}-{name}", TemplateBody=body)
    (made,) = formation.describe_stacks(StackName=f"{STACK}-{name}")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}

"""Typed settings of a Lambda function, read from its environment variables on first use, never at
import.

    @needs(Environment.contacts_table, Environment.imports_queue_url)
    def handler(event: dict[str, Any], context: Any) -> None: ...

    Table(settings().contacts_table)
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")
Handler = Callable[[Any, Any], Any]


class Misconfigured(LookupError):
    """The deployment is incomplete or contradictory; retrying does not help."""


@dataclass(slots=True)
class Setting(Generic[T]):
    """Descriptor of one environment variable, named like its attribute in capitals. Reading it
    raises Misconfigured if it is required but not set, or invalid."""

    read: Callable[[str], T]
    """Parser of the text. Raises ValueError."""
    default: str = ""
    source: str = ""
    """Value that template.yaml assigns to a required variable: the path of a `!GetAtt` or a
    `!Ref`."""
    name: str = field(init=False)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name.upper()

    @overload
    def __get__(self, settings: None, owner: type) -> Self: ...
    @overload
    def __get__(self, settings: "Environment", owner: type) -> T: ...
    def __get__(self, settings: "Environment | None", owner: type) -> Self | T:
        if settings is None:
            return self
        text = settings.environment.get(self.name) or self.default
        if self.source and not text:
            raise Misconfigured(self.missing)
        try:
            return self.read(text)
        except ValueError as error:
            raise Misconfigured(f"The environment variable {self.name} is wrong: {error}") from None

    @property
    def missing(self) -> str:
        return (
            f"The environment variable {self.name} is not set: template.yaml gives it "
            f"{self.source} in the Environment of the function"
        )


def _required(source: str) -> Setting[str]:
    return Setting(str, source=source)


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"{text!r} is none of {', '.join(allowed)}")
        return text.lower()

    return read


def _urls(text: str) -> frozenset[str]:
    return frozenset(url.strip().rstrip("/") for url in text.split(",") if url.strip())


class Environment:
    """Environment variables read by the library, except those of the AWS SDK."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    keys_table = _required("Data.Outputs.KeysTableName")
    contacts_table = _required("Data.Outputs.ContactsTableName")
    companies_table = _required("Data.Outputs.CompaniesTableName")
    leads_table = _required("Data.Outputs.LeadsTableName")
    agents_table = _required("Data.Outputs.AgentsTableName")
    campaigns_table = _required("Data.Outputs.CampaignsTableName")
    enrollments_table = _required("Data.Outputs.EnrollmentsTableName")
    messages_table = _required("Data.Outputs.MessagesTableName")
    credits_table = _required("Data.Outputs.CreditsTableName")
    webhooks_table = _required("Data.Outputs.WebhooksTableName")
    events_table = _required("Data.Outputs.EventsTableName")
    files_bucket = _required("Data.Outputs.FilesBucketName")
    secrets_key_id = _required("Data.Outputs.KeyId")
    bus_name = _required("Messaging.Outputs.BusName")
    steps_queue_url = _required("Messaging.Outputs.StepsQueueUrl")
    webhook_deliveries_queue_url = _required("Messaging.Outputs.WebhookDeliveriesQueueUrl")
    webhook_replays_queue_url = _required("Messaging.Outputs.WebhookReplaysQueueUrl")
    imports_queue_url = _required("Messaging.Outputs.ImportsQueueUrl")
    exports_queue_url = _required("Messaging.Outputs.ExportsQueueUrl")
    enrolling_queue_url = _required("Messaging.Outputs.EnrollingQueueUrl")
    rescoring_queue_url = _required("Messaging.Outputs.RescoringQueueUrl")
    agent_runs_queue_url = _required("Messaging.Outputs.AgentRunsQueueUrl")
    research_queue_url = _required("Messaging.Outputs.ResearchQueueUrl")
    qualify_queue_url = _required("Messaging.Outputs.QualifyQueueUrl")
    contact_queue_url = _required("Messaging.Outputs.ContactQueueUrl")
    company_links_queue_url = _required("Messaging.Outputs.CompanyLinksQueueUrl")
    ses_configuration_set = _required("Messaging.Outputs.ConfigurationSetName")
    campaign_run_arn = _required("CampaignRun")
    stack_name = _required("AWS::StackName")
    """First part of the names of the functions that serve the API."""
    workflow_run_arn = _required("WorkflowRun")
    messaging_stack = _required("Messaging")
    """ARN of the nested stack that has the queues."""
    relay_function = _required("EventsRelayFunction")

    stage = Setting(_one_of("local", "test", "dev", "prod"), default="prod")
    url_suffix = Setting(str, default="amazonaws.com")
    public_url = Setting(str)
    """Public URL of the API for recipients and their email clients, for example
    `https://api.example.com`. For functions of the API itself it is set only if it differs from the
    API's own URL."""
    mailbox_ownership = Setting(_one_of("proved", "first"), default="proved")
    """`proved`: a sending address must be verified by its workspace. `first`: it belongs to the
    first workspace that adds it."""
    plans = Setting(_one_of("off", "documented"), default="off")
    """`documented`: the plan of a workspace limits its calls and credits. `off`: nothing does."""
    verification_sender = Setting(str)
    """Sender address of emails with verification codes; no codes are sent if it is empty."""
    inbound_domain = Setting(str)
    """Domain whose incoming email SES keeps for us."""
    lambda_concurrency = Setting(int, default="10")
    """Quota of concurrent executions that the deployment assumes."""
    smtp_places = Setting(int, default="1")
    """Maximum workers of the steps queue that one workspace's SMTP servers may occupy at once."""
    llm_base_urls = Setting(_urls)
    """Comma-separated base URLs that may be called instead of those of providers of language
    models."""
    events_one_by_one = Setting(str)
    """Comma-separated event names, or `*`: events published to EventBridge individually, not in
    batches."""
    outrider_dynamodb = Setting(_one_of("auto", "http", "boto3"), default="auto")
    """DynamoDB transport, see `kit/aws/clients.py`."""
    aws_endpoint_url = Setting(str)
    aws_endpoint_url_dynamodb = Setting(str)
    dns_server = Setting(str)
    """DNS server as `<ip>:<port>`, instead of the system's resolvers (for tests)."""


@cache
def settings() -> Environment:
    return Environment(dict(os.environ))


@dataclass(frozen=True, slots=True)
class Configured:
    """Lambda handler that first checks that all environment variables it needs are set."""

    handler: Handler
    needs: tuple[Setting[Any], ...]

    def __call__(self, event: Any, context: Any) -> Any:
        """Call the handler. Raises Misconfigured with the names of all missing variables."""
        given = settings().environment
        if missing := [each.missing for each in self.needs if not given.get(each.name)]:
            raise Misconfigured("\n".join(missing))
        return self.handler(event, context)


def needs(*variables: Setting[str]) -> Callable[[Handler], Configured]:
    """Declare the environment variables that a Lambda handler requires (decorator)."""
    return lambda handler: Configured(handler, variables)

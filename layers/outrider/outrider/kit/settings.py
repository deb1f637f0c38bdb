"""What the stack tells a function through its environment. Read on first use, never at import."""

import os
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Misconfigured(LookupError):
    """The deployment lacks something, or contradicts itself: no repetition helps."""


class Settings(BaseModel):
    """Names of the stack's resources: each is the environment variable of its name in capitals.

    A variable that a function does not need may be missing; using it then fails by its name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Annotated[Literal["local", "test", "dev", "prod"], BeforeValidator(str.lower)] = "prod"
    aws_endpoint_url: str = ""
    aws_endpoint_url_dynamodb: str = ""
    outrider_dynamodb: Literal["auto", "http", "boto3"] = "auto"
    """The transport to DynamoDB, see `kit/aws/clients.py`."""
    url_suffix: str = "amazonaws.com"
    bus_name: str = ""
    events_one_by_one: str = ""
    """Names, separated by commas, or `*`: events that rules are to see singly, not packed."""
    secrets_key_id: str = ""
    keys_table: str = ""
    contacts_table: str = ""
    companies_table: str = ""
    campaigns_table: str = ""
    enrollments_table: str = ""
    messages_table: str = ""
    credits_table: str = ""
    webhooks_table: str = ""
    events_table: str = ""
    steps_queue_url: str = ""
    webhook_deliveries_queue_url: str = ""
    webhook_replays_queue_url: str = ""
    imports_queue_url: str = ""
    exports_queue_url: str = ""
    enrolling_queue_url: str = ""
    files_bucket: str = ""
    ses_configuration_set: str = ""
    company_links_queue_url: str = ""
    campaign_run_arn: str = ""
    smtp_places: int = 1
    """How many of the steps' workers the SMTP servers of one workspace may keep busy at once."""
    public_url: str = ""
    """Where recipients and their programs reach the API, for example `https://api.example.com`.
    Functions of the API itself are only told an address that is not the API's own."""
    mailbox_ownership: Literal["proved", "first"] = "proved"
    """Whether an address has to be proved to be a workspace's own, or may be the first's who adds
    it."""
    verification_sender: str = ""
    """The address that sends the codes which prove an address; without it there are none."""
    dns_server: str = ""
    """`<ip>:<port>` to ask instead of the system's resolvers: for tests."""

    def require(self, name: str) -> str:
        value = str(getattr(self, name))
        if not value:
            raise Misconfigured(f"the environment variable {name.upper()} is not set")
        return value


@cache
def settings() -> Settings:
    return Settings.model_validate({name.lower(): value for name, value in os.environ.items()})

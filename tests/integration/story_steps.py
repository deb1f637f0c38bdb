"""Steps of the story, and where they take values from earlier answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tests.harness.api import Mode
from tests.harness.cloud import Cloud
from tests.integration.replying import a_reply, take

CSV = "E-Mail;Vorname;Nachname;Firma\nlena@globex.example;Lena;Vogt;Globex\nnonsense;;;\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an operation. `keep` names values of its answer for later steps, each by the keys
    that lead to it; `then` is what happens behind the API afterwards."""

    operation: str
    body: Any = None
    query: str = ""
    of: Mapping[str, str] = field(default_factory=dict)
    """Other names for what the path names."""
    keep: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    then: Callable[[Cloud, dict[str, str]], None] | None = None
    mode: Mode = "live"


def _carried(cloud: Cloud, _: dict[str, str]) -> None:
    cloud.drain()


def _uploaded(cloud: Cloud, known: dict[str, str]) -> None:
    cloud.upload(known["upload_url"], CSV.encode())
    cloud.drain()


def _sent(cloud: Cloud, _: dict[str, str]) -> None:
    cloud.run(hours=1)


def _lost(cloud: Cloud, _: dict[str, str]) -> None:
    """SES takes the mail, and its answer does not come."""
    sends = cloud.wire.players["sesv2"]

    def silent(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        sends(operation, params)
        raise ReadTimeoutError(endpoint_url="https://email.us-east-1.amazonaws.com")

    cloud.wire.players["sesv2"] = silent
    cloud.run(hours=1)
    cloud.wire.players["sesv2"] = sends


def _answered(cloud: Cloud, _: dict[str, str]) -> None:
    first = next(mail for mail in cloud.mails() if mail.sender == "ada@outrider.test")
    take(cloud, a_reply(first, "Let me think about it."))
    cloud.drain()

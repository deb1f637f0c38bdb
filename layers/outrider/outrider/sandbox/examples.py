"""Example data of a new sandbox, as `examples.toml` describes it."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model
from outrider.qualification.profiles import Profile
from outrider.sequences.models import ReplyClass

EmailFate = Literal["sent", "delivered", "scanned", "opened", "clicked", "bounced"]
"""What happened to an email. `scanned`: a machine opened it. Each includes what comes before it:
a clicked email was delivered and opened."""


class _Example(Model):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExampleMailbox(_Example):
    email: str
    name: str
    daily_cap: int


class ExamplePerson(_Example):
    first_name: str
    last_name: str
    title: str
    timezone: str
    tags: Sequence[str] = ()

    @property
    def local_part(self) -> str:
        """The part of the address before the @, by which the example data names the person."""
        return f"{self.first_name}.{self.last_name}".lower().replace(" ", "-")


class ExampleCompany(_Example):
    name: str
    domain: str
    industry: str
    size: str
    country: str
    founded: int
    people: list[ExamplePerson]


class ExampleStep(_Example):
    wait_days: int
    subject: str | None = None
    text: str


class ExampleReply(_Example):
    """`to` is the number of the email that is answered, from 1, `reply` the name of the text."""

    to: int
    reply: ReplyClass


class ExampleJourney(_Example):
    """What became of one contact in a campaign. Without `end` it went through its steps, as far as
    the campaign came."""

    who: str
    emails: list[EmailFate]
    replies: Sequence[ExampleReply] = ()
    end: Literal["replied", "opted_out", "bounced"] | None = None


class ExampleSequence(_Example):
    name: str
    days_ago: int
    steps: list[ExampleStep]


class ExampleCampaign(ExampleSequence):
    postal_address: str
    journeys: list[ExampleJourney]


class ExampleOutreach(ExampleCampaign):
    """A workflow that contacts. Nobody wrote to the leads in `scored` and `new`."""

    sent_days_ago: int
    scored: list[str]
    new: list[str]


class ExampleScoring(_Example):
    """A workflow that researches and scores."""

    name: str
    days_ago: int
    leads: list[str]


class Examples(_Example):
    """All example data."""

    mailbox: ExampleMailbox
    profile: Profile
    companies: list[ExampleCompany]
    finished: ExampleCampaign
    paused: ExampleOutreach
    scoring: ExampleScoring
    draft: ExampleSequence
    replies: dict[ReplyClass, str]


@cache
def examples() -> Examples:
    """Return the example data."""
    path = Path(__file__).with_name("examples.toml")
    return Examples.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))

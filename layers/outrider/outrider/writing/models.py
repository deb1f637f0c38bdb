"""What a writer is given, and what it writes."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from outrider.kit.models import Model
from outrider.qualification.scoring import Score

_RESEARCH = "research."
"""Prefix of the sources of values that research read on a website."""


class QuotedText(Model):
    """A text that somebody else wrote, and where it stands.

    A writer treats it as data: a provider marks it as a quotation in what it sends to its model,
    apart from the instructions. An untrusted text is from a stranger's website and may try to give
    instructions.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    source: str
    """URL of the page, or field of a record such as `contact.title`."""
    is_untrusted: bool


class RationaleLine(Model):
    """What one rule of the profile adds to a score."""

    model_config = ConfigDict(frozen=True)

    rule: str
    """Rule of the profile; `exclusions.<rule>` for an exclusion, `no_profile` if it has none."""
    points: int
    matched: str | None
    """Entry of the profile that matches; None if none does."""
    value: QuotedText | None
    """Value of the lead that was compared; None if none is known."""


class RationaleRequest(Model):
    """A scored lead, of which is asked why it fits."""

    model_config = ConfigDict(frozen=True)

    score: int
    threshold: int
    verdict: Literal["qualified", "disqualified"]
    lines: Sequence[RationaleLine]

    @classmethod
    def of(cls, score: Score) -> "RationaleRequest":
        """Return the request for a score."""
        return cls(
            score=score.score,
            threshold=score.threshold,
            verdict=score.verdict,
            lines=[
                RationaleLine(
                    rule=line.rule,
                    points=line.points,
                    matched=line.matched,
                    value=_quoted(line.value, line.source or "") if line.value else None,
                )
                for line in score.lines
            ],
        )


class Rationale(Model):
    """Why a lead has its score. It explains the number and never changes it."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    text: str
    """Sentences for a person to read. They quote values from websites, which are untrusted."""
    provider: str | None = None
    """The provider whose model wrote it; null if rules did."""


FactName = Literal[
    "description",
    "title",
    "industry",
    "size",
    "place",
    "technology",
    "mail_provider",
    "signal",
    "person",
]


class KnownFact(Model):
    """A fact about a company or, for `person`, about the contact."""

    model_config = ConfigDict(frozen=True)

    name: FactName
    value: QuotedText


class SummaryRequest(Model):
    """What is known about a company, of which a summary is asked."""

    model_config = ConfigDict(frozen=True)

    company: QuotedText
    """Name of the company, or else its domain or address."""
    site: str
    outcome: Literal["found", "unreachable", "disallowed"]
    facts: Sequence[KnownFact]

    def of(self, name: FactName) -> list[QuotedText]:
        """Return the values of one name, in order."""
        return [fact.value for fact in self.facts if fact.name == name]


class SummaryLine(Model):
    """A sentence of a summary, with the sources of what it says."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    text: str
    """The sentence. It may quote a website, which is untrusted."""
    sources: Annotated[list[str], Field(max_length=100)]
    """Where it was read: URLs of pages, and fields such as `company.industry` or `contact.title`;
    `dns` for the mail provider."""


class Summary(Model):
    """What is known about a company, in sentences."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    lines: Sequence[SummaryLine]
    """The sentences, with their sources."""
    provider: str | None = None
    """The provider whose model wrote it; null if rules did."""

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


class DraftRequest(Model):
    """An email that is asked for, grounded in what is known about the recipient."""

    model_config = ConfigDict(frozen=True)

    recipient: SummaryRequest
    subject: str
    """Subject of the template of the step, rendered for the recipient."""
    text: str
    """The template of the step, rendered for the recipient, as plain text."""


class DraftClaim(Model):
    """A sentence of an email that states something about the recipient, and where it was read."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    text: str
    """The sentence of the email."""
    quote: str
    """Words of the source that the sentence repeats. They may be from a website, which is
    untrusted."""
    source: str
    """Where it was read: the URL of a page, a field such as `contact.title`, or `dns`."""


class WrittenDraft(Model):
    """An email that a model wrote. It is content, and is never rendered as a template."""

    model_config = ConfigDict(frozen=True)

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=5_000)]
    claims: Annotated[Sequence[DraftClaim], Field(min_length=1, max_length=40)]
    provider: str


ReplyLabel = Literal[
    "interested",
    "interested_later",
    "not_interested",
    "wrong_person",
    "information_request",
    "objection",
]
"""Classes of replies that a model may find. All of them say that a person has answered."""


class ReplyRequest(Model):
    """A reply that rules could not classify."""

    model_config = ConfigDict(frozen=True)

    subject: QuotedText
    text: QuotedText
    """The writer's own text, without quotes of earlier emails."""


class ReplyOpinion(Model):
    """What a model takes a reply for."""

    model_config = ConfigDict(frozen=True)

    label: ReplyLabel | None
    """None if it is another kind of reply, such as a request to stop, or the model does not
    know."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    provider: str


def _quoted(text: str, source: str) -> QuotedText:
    return QuotedText(text=text, source=source, is_untrusted=source.startswith(_RESEARCH))

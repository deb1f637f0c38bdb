"""Ideal customer profiles: weighted rules that describe a good customer."""

import hashlib
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.text.addresses import normalise_domain
from outrider.qualification.countries import country_of
from outrider.qualification.phrases import words_of
from outrider.qualification.sizes import size_of
from outrider.qualification.titles import Department, Seniority

RuleName = Literal[
    "titles",
    "seniorities",
    "departments",
    "industries",
    "sizes",
    "countries",
    "technologies",
    "signals",
]

MOST_ENTRIES = 100
"""Maximum number of entries of a rule."""
MOST_BYTES = 300_000
"""Maximum length of a profile as JSON in UTF-8, below the 400 KB of a DynamoDB item."""
DEFAULT_THRESHOLD = 70
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")


def _has_words(text: str) -> str:
    if not words_of(text):
        raise ValueError("This needs at least one letter or digit")
    return text


def _is_size(text: str) -> str:
    if size_of(text) is None:
        raise ValueError(f'"{text}" is not a number of employees such as "11-50" or "200+"')
    return text


def _is_country(text: str) -> str:
    if country_of(text) is None:
        raise ValueError(f'"{text}" is not a country: write its ISO 3166-1 code, such as "DE"')
    return text


def _as_domain(text: str) -> str:
    """Return the domain in lower-case ASCII (IDNA) without `www.`. Raises ValueError for a URL or
    an address."""
    domain = text.strip().lower().removeprefix("www.")
    if not domain.isascii():
        domain = normalise_domain(domain)
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(
            f'"{text}" is not a domain: write it without scheme or path, as "acme.com"'
        )
    return domain


Phrase = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_has_words)]
SizeRange = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_is_size)]
Country = Annotated[str, Field(min_length=2, max_length=60), AfterValidator(_is_country)]
ExcludedDomain = Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_as_domain)]
Phrases = Annotated[list[Phrase], Field(max_length=MOST_ENTRIES)]


class Criteria(Input):
    """Entries by rule. A rule matches if any of its entries does; case and accents are ignored."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    titles: Phrases = Field(default_factory=list)
    """Phrases in the job title, such as `sales operations`: whole words in this order."""
    seniorities: Annotated[list[Seniority], Field(max_length=MOST_ENTRIES)] = Field(
        default_factory=list
    )
    """Seniorities, recognised in job titles of several languages."""
    departments: Annotated[list[Department], Field(max_length=MOST_ENTRIES)] = Field(
        default_factory=list
    )
    """Departments, recognised in job titles of several languages."""
    industries: Phrases = Field(default_factory=list)
    """Phrases in the company's industry, such as `software`: whole words in this order."""
    sizes: Annotated[list[SizeRange], Field(max_length=MOST_ENTRIES)] = Field(default_factory=list)
    """Ranges of employees, such as `11-50` or `200+`. One that overlaps the company's range
    matches."""
    countries: Annotated[list[Country], Field(max_length=MOST_ENTRIES)] = Field(
        default_factory=list
    )
    """Countries by ISO 3166-1 code or name. The contact's country counts, or else the company's."""
    technologies: Phrases = Field(default_factory=list)
    """Technologies that research found on the company's website, such as `Shopify`."""
    signals: Phrases = Field(default_factory=list)
    """Signals that research found, such as `hiring`."""


class Exclusions(Criteria):
    """Rules that disqualify a lead, regardless of its score."""

    companies: Phrases = Field(default_factory=list)
    """Phrases in the company's name: whole words in this order."""
    domains: Annotated[list[ExcludedDomain], Field(max_length=1_000)] = Field(default_factory=list)
    """Domains of the company or of the contact's address; subdomains match too."""


class Weights(Model):
    """Relative weights of the rules; 0 excludes a rule from the score."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    titles: Annotated[int, Field(ge=0, le=100)] = 20
    """Weight of a matching job title."""
    seniorities: Annotated[int, Field(ge=0, le=100)] = 20
    """Weight of a matching seniority."""
    departments: Annotated[int, Field(ge=0, le=100)] = 15
    """Weight of a matching department."""
    industries: Annotated[int, Field(ge=0, le=100)] = 15
    """Weight of a matching industry."""
    sizes: Annotated[int, Field(ge=0, le=100)] = 15
    """Weight of a matching number of employees."""
    countries: Annotated[int, Field(ge=0, le=100)] = 15
    """Weight of a matching country."""
    technologies: Annotated[int, Field(ge=0, le=100)] = 10
    """Weight of a matching technology."""
    signals: Annotated[int, Field(ge=0, le=100)] = 10
    """Weight of a matching signal."""


class Profile(Criteria):
    """An ideal customer profile, of at most 300,000 bytes. One without any entry qualifies every
    lead."""

    exclusions: Exclusions = Exclusions()
    """Rules that disqualify a lead, regardless of its score."""
    weights: Weights = Weights()
    """Relative weights of the rules."""
    threshold: Annotated[int, Field(ge=0, le=100)] = DEFAULT_THRESHOLD
    """Minimum score of a qualified lead."""

    def fingerprint(self) -> str:
        """Return a hash of the rules: the same for profiles that score every lead the same way for
        the same reasons."""
        rules = self.model_dump_json(include=set(Profile.model_fields))
        return hashlib.sha256(rules.encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _counts(self) -> Self:
        rules = [name for name in Criteria.model_fields if getattr(self, name)]
        if rules and not any(getattr(self.weights, name) for name in rules):
            raise ValueError("Give at least one of the rules a weight above 0")
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        size = len(self.model_dump_json(include=set(Profile.model_fields)).encode())
        if size > MOST_BYTES:
            raise ValueError(
                f"The profile has {size:,} bytes, but at most {MOST_BYTES:,} fit: remove entries"
            )
        return self

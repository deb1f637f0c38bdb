"""Filters of a list of contacts."""

from typing import Annotated

from pydantic import AfterValidator, Field

from outrider.companies.models import Company
from outrider.contacts.models import Contact, Status
from outrider.contacts.search.words import SHORTEST, begin, words, words_in, words_of
from outrider.kit.http.inputs import Checked
from outrider.kit.http.requests import Instant
from outrider.kit.text.addresses import Email

Score = Annotated[float, Field(ge=0, le=1)]
Given = Annotated[str, Field(min_length=1, max_length=500)]


def _has_words(text: str) -> str:
    if not words(text):
        raise ValueError("The search needs at least one letter or digit")
    return text


def _can_be_found(text: str) -> str:
    if max(map(len, words(text)), default=0) < SHORTEST:
        raise ValueError(f"The search needs a word of at least {SHORTEST} letters or digits")
    return text


Words = Annotated[Given, AfterValidator(_has_words)]
Search = Annotated[str, Field(max_length=200), AfterValidator(_can_be_found)]


class ContactFilter(Checked):
    """Conditions that a listed contact must all meet. Comparisons ignore case."""

    status: Status | None = None
    folder_id: Annotated[str | None, Field(max_length=64, description="The folder it lies in")] = (
        None
    )
    company_id: Annotated[
        str | None, Field(max_length=64, description="The company it is linked to")
    ] = None
    title: Annotated[
        Words | None,
        Field(description="Each word begins a word of the title: `head sal` finds Head of Sales"),
    ] = None
    country: Annotated[Given | None, Field(description="The whole of the country")] = None
    industry: Annotated[
        Given | None, Field(description="The industry of the company it is linked to, whole")
    ] = None
    company_size: Annotated[
        Given | None, Field(description="The size of the company it is linked to, as kept there")
    ] = None
    tag: Annotated[
        str | None, Field(min_length=1, max_length=50, description="One of its tags, whole")
    ] = None
    verified: Annotated[
        bool | None, Field(description="Whether its address was verified and found valid")
    ] = None
    fit_score_gte: Annotated[Score | None, Field(description="A fit score, this or higher")] = None
    fit_score_lte: Annotated[Score | None, Field(description="A fit score, this or lower")] = None
    email: Annotated[Email | None, Field(description="The one contact with this address")] = None
    search: Annotated[
        Search | None,
        Field(
            description="Each word begins a word of the name, the address, the company or the "
            "title; one of them has two characters or more. Punctuation and accents do not count. "
            "The order is that of the words found, so it takes no `sort`. A change shows within "
            "two seconds"
        ),
    ] = None
    created_after: Annotated[
        Instant | None, Field(description="Created after this moment (RFC 3339)")
    ] = None
    updated_after: Annotated[
        Instant | None, Field(description="Changed after this moment (RFC 3339)")
    ] = None

    @property
    def given(self) -> set[str]:
        """Return the names of the filters that are set."""
        return {name for name in ContactFilter.model_fields if getattr(self, name) is not None}

    @property
    def asks_for_company(self) -> bool:
        """Return whether a filter needs the contact's company."""
        return self.industry is not None or self.company_size is not None

    def matches(self, contact: Contact, company: Company | None = None) -> bool:
        """Return whether the contact meets all filters. `company` is the company it is linked to,
        needed only if `asks_for_company`."""
        return (
            self.status in (None, contact.status)
            and self.folder_id in (None, contact.folder_id)
            and self.company_id in (None, contact.company_id)
            and self.verified in (None, contact.verified)
            and (self.email is None or contact.has_address(self.email))
            and (self.created_after is None or contact.created_at > self.created_after)
            and (self.updated_after is None or contact.updated_at > self.updated_after)
            and self._scores(contact.fit_score)
            and (self.country is None or self.country.casefold() == _cased(contact.country))
            and (self.tag is None or self.tag.casefold() in map(_cased, contact.tags))
            and (self.title is None or begin(words(self.title), words_in(contact.title)))
            and (self.search is None or begin(words(self.search), words_of(contact)))
            and (not self.asks_for_company or self._of_company(company))
        )

    def _of_company(self, company: Company | None) -> bool:
        asked = ((self.industry, "industry"), (self.company_size, "size"))
        return company is not None and all(
            wanted is None or wanted.casefold() == _cased(getattr(company, name))
            for wanted, name in asked
        )

    def _scores(self, score: float | None) -> bool:
        low, high = self.fit_score_gte, self.fit_score_lte
        if score is None:
            return low is None and high is None
        return (low is None or score >= low) and (high is None or score <= high)


def _cased(text: str | None) -> str:
    return (text or "").casefold()

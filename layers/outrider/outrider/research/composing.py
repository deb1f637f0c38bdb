"""Composition of a research response from findings and stored records, as a pure function. The
summary repeats only what the other fields of the response contain."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from outrider.companies.models import Company
from outrider.contacts.models import Contact
from outrider.research.models import Findings
from outrider.research.schemas import Research, ResearchedCompany, ResearchedPerson
from outrider.writing.models import FactName, KnownFact, QuotedText, SummaryRequest
from outrider.writing.port import Writer

_FACTS: Mapping[str, FactName] = {
    "description": "description",
    "title": "title",
    "industry": "industry",
    "size": "size",
    "city": "place",
    "country": "place",
}
"""Names of facts, by fields of the company."""


def compose(
    findings: Findings,
    contact: Contact,
    company: Company | None,
    domain: str | None,
    writer: Writer,
) -> Research:
    """Return the response for findings about the company of a contact, with a summary by
    `writer`."""
    about = _company(findings, contact, company, domain)
    person = ResearchedPerson(
        name=contact.full_name,
        title=contact.title,
        email=contact.email,
        linkedin_url=contact.linkedin_url,
        country=contact.country,
    )
    summary = writer.summary(_request(findings, about, person, _on_record(company).keys()))
    return Research(
        contact_id=contact.id,
        outcome=findings.outcome,
        company=about,
        person=person,
        summary=summary.text,
        summary_lines=list(summary.lines),
        signals=findings.facts.signals,
        sources=findings.sources,
        provider=summary.provider,
        researched_at=findings.researched_at,
    )


def _on_record(company: Company | None) -> dict[str, Any]:
    """Return the known fields of the customer's record of the company."""
    if company is None:
        return {}
    known = company.model_dump(exclude_none=True)
    if "founded" in known:
        known["founded"] = str(known["founded"])
    return {name: value for name, value in known.items() if name in ResearchedCompany.model_fields}


def _company(
    findings: Findings, contact: Contact, company: Company | None, domain: str | None
) -> ResearchedCompany:
    facts = findings.facts
    found = {
        **facts.model_dump(exclude={"url", "employees", "signals"}, exclude_none=True),
        "name": facts.name or contact.company,
        "domain": domain,
        "website": facts.url,
        "size": facts.employees,
        "mail_provider": findings.mail_provider,
    }
    if company and company.linkedin_url:
        found["social"] = {**facts.social, "linkedin": company.linkedin_url}
    return ResearchedCompany.model_validate({**found, **_on_record(company)})


def _request(
    findings: Findings, company: ResearchedCompany, person: ResearchedPerson, recorded: Set[str]
) -> SummaryRequest:
    """Return the request for a summary. `recorded` are the fields of the company that come from
    the customer's record and not from the page."""
    page = findings.facts.url or findings.site

    def quoted(field: str, text: str) -> QuotedText:
        if field in recorded:
            return QuotedText(text=text, source=f"company.{field}", is_untrusted=False)
        return QuotedText(text=text, source=page, is_untrusted=True)

    def facts() -> Iterator[KnownFact]:
        for field, name in _FACTS.items():
            if text := getattr(company, field):
                yield KnownFact(name=name, value=quoted(field, text))
        for technology in company.technologies:
            yield KnownFact(name="technology", value=quoted("technologies", technology))
        if company.mail_provider:
            value = QuotedText(text=company.mail_provider, source="dns", is_untrusted=True)
            yield KnownFact(name="mail_provider", value=value)
        for signal in findings.facts.signals:
            yield KnownFact(name="signal", value=quoted("signals", signal.detail))
        if person.name and person.title:
            text = f"{person.name} is {person.title}"
            value = QuotedText(text=text, source="contact.title", is_untrusted=False)
            yield KnownFact(name="person", value=value)

    return SummaryRequest(
        company=quoted("name", company.name or company.domain or company.website or "The company"),
        site=company.domain or findings.site,
        outcome=findings.outcome,
        facts=list(facts()),
    )

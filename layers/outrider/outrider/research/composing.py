"""Composition of a research response from findings and stored records, as pure functions. A summary
by rules repeats only what the other fields of the response contain."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from outrider.companies.models import Company
from outrider.contacts.models import Contact
from outrider.research.models import Findings
from outrider.research.schemas import Research, ResearchedCompany, ResearchedPerson
from outrider.writing.models import FactName, KnownFact, QuotedText, Summary, SummaryRequest
from outrider.writing.rules import RuleWriter

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
    findings: Findings, contact: Contact, company: Company | None, domain: str | None
) -> Research:
    """Return the response for findings about the company of a contact."""
    about = _company(findings, contact.company, company, domain)
    person = _person(contact)
    request = _request(findings, about, person, _on_record(company).keys())
    summary = _summary(findings, request)
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


def recipient_of(
    findings: Findings, contact: Contact, company: Company | None, domain: str | None
) -> SummaryRequest:
    """Return what is known about a contact and its company."""
    about = _company(findings, contact.company, company, domain)
    return _request(findings, about, _person(contact), _on_record(company).keys())


def site_facts(findings: Findings, domain: str | None) -> SummaryRequest:
    """Return what was found, without anything from records of the customer: what is written about
    it holds for all contacts of the company."""
    return _request(findings, _company(findings, None, None, domain), None, set())


def _summary(findings: Findings, request: SummaryRequest) -> Summary:
    """Return the summary by rules or, of what was found, the one that a model wrote."""
    if findings.summary is None:
        return RuleWriter().summary(request)
    recorded = [fact for fact in request.facts if not fact.value.is_untrusted]
    rest = RuleWriter().summary(request.model_copy(update={"facts": recorded}))
    return findings.summary.model_copy(update={"lines": [*findings.summary.lines, *rest.lines]})


def _person(contact: Contact) -> ResearchedPerson:
    return ResearchedPerson(
        name=contact.full_name,
        title=contact.title,
        email=contact.email,
        linkedin_url=contact.linkedin_url,
        country=contact.country,
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
    findings: Findings, name: str | None, company: Company | None, domain: str | None
) -> ResearchedCompany:
    """Return the company, whose `name` is that on its contact where the page states none."""
    facts = findings.facts
    found = {
        **facts.model_dump(exclude={"url", "employees", "signals"}, exclude_none=True),
        "name": facts.name or name,
        "domain": domain,
        "website": facts.url,
        "size": facts.employees,
        "mail_provider": findings.mail_provider,
    }
    if company and company.country not in (None, facts.country):
        found.pop("city", None)  # it lies in the country of the page, not in that of the record
    if company and company.linkedin_url:
        found["social"] = {**facts.social, "linkedin": company.linkedin_url}
    return ResearchedCompany.model_validate({**found, **_on_record(company)})


def _request(
    findings: Findings,
    company: ResearchedCompany,
    person: ResearchedPerson | None,
    recorded: Set[str],
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
        if person and person.name and person.title:
            text = f"{person.name} is {person.title}"
            value = QuotedText(text=text, source="contact.title", is_untrusted=False)
            yield KnownFact(name="person", value=value)

    return SummaryRequest(
        company=quoted("name", company.name or company.domain or company.website or "The company"),
        site=company.domain or findings.site,
        outcome=findings.outcome,
        facts=list(facts()),
    )

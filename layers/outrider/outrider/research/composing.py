"""Composition of a research response from findings and stored records, as a pure function. The
summary repeats only what the other fields of the response contain."""

from collections.abc import Iterator

from outrider.companies.models import Company
from outrider.contacts.models import Contact
from outrider.research.models import Findings
from outrider.research.schemas import Research, ResearchedCompany, ResearchedPerson

_NAMED = 8
"""Maximum number of technologies in the summary."""


def compose(
    findings: Findings, contact: Contact, company: Company | None, domain: str | None
) -> Research:
    about = _company(findings, contact, company, domain)
    person = ResearchedPerson(
        name=contact.full_name,
        title=contact.title,
        email=contact.email,
        linkedin_url=contact.linkedin_url,
        country=contact.country,
    )
    return Research(
        contact_id=contact.id,
        outcome=findings.outcome,
        company=about,
        person=person,
        summary=" ".join(_sentences(findings, about, person)),
        signals=findings.facts.signals,
        sources=findings.sources,
        researched_at=findings.researched_at,
    )


def _company(
    findings: Findings, contact: Contact, company: Company | None, domain: str | None
) -> ResearchedCompany:
    facts = findings.facts
    on_record = company.model_dump(exclude_none=True) if company else {}
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
    if "founded" in on_record:
        on_record["founded"] = str(on_record["founded"])
    known = {
        name: value for name, value in on_record.items() if name in ResearchedCompany.model_fields
    }
    return ResearchedCompany.model_validate({**found, **known})


def _sentences(
    findings: Findings, company: ResearchedCompany, person: ResearchedPerson
) -> Iterator[str]:
    name = company.name or company.domain or company.website or "The company"
    match findings.outcome:
        case "unreachable":
            yield f"No page of {company.domain or findings.site} could be read."
        case "disallowed":
            yield f"The robots.txt of {company.domain or findings.site} forbids to read its site."
    if company.description:
        yield f"{name} is described as: “{company.description}”"
    elif company.title:
        yield f"The site of {name} has the title “{company.title}”."
    place = ", ".join(filter(None, (company.city, company.country)))
    facts = {"industry": company.industry, "size": company.size, "place": place}
    known = [f"{label} {value}" for label, value in facts.items() if value]
    if known:
        yield f"On {name}: {'; '.join(known)}."
    if company.technologies:
        yield f"Its site uses {', '.join(company.technologies[:_NAMED])}."
    if company.mail_provider:
        yield f"Its mail is handled by {company.mail_provider}."
    for signal in findings.facts.signals:
        yield f"{signal.detail}."
    if person.name and person.title:
        yield f"{person.name} is {person.title}."

"""Facts that a page states about its company, extracted by a pure function.

All texts are untrusted: they are shortened, their white space is normalised, and nothing is
rendered, followed or run. Sources: Open Graph (ogp.me), schema.org Organization as JSON-LD.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from outrider.kit import clock
from outrider.research.models import ResearchSignal, SiteFacts
from outrider.research.site.employees import employees_of
from outrider.research.site.kinds import industry_of_isic, industry_of_kinds, industry_of_naics
from outrider.research.site.linked_data import job_titles_in, kinds_of, nodes_of, organization_in
from outrider.research.site.tags import Element, elements, plain
from outrider.research.site.technologies import Technology, recognised

_SHORT, _LONG, _URL = 200, 1_000, 500
_MAX_LINKS = 1_000
_NETWORKS = {
    "facebook.com": "facebook",
    "github.com": "github",
    "instagram.com": "instagram",
    "linkedin.com": "linkedin",
    "tiktok.com": "tiktok",
    "twitter.com": "x",
    "x.com": "x",
    "xing.com": "xing",
    "youtube.com": "youtube",
}
_NOT_A_PROFILE = frozenset({"hashtag", "intent", "p", "share", "sharearticle", "sharer", "watch"})
_SECTIONS: Mapping[str, tuple[str, frozenset[str]]] = {
    "hiring": (
        "The site links to open positions",
        frozenset(
            {
                *("career", "careers", "emplois", "empleo", "jobb", "jobs", "join-us", "karriera"),
                *("karriere", "lavora-con-noi", "offene-stellen", "open-positions", "praca"),
                *("recrutement", "stellen", "stellenangebote", "trabaja-con-nosotros"),
                *("vacancies", "vacatures", "vagas", "werken-bij", "work-with-us"),
            }
        ),
    ),
    "public_prices": (
        "The site links to its prices",
        frozenset({"plans", "preise", "prices", "pricing", "tarifs"}),
    ),
    "blog": ("The site has a blog", frozenset({"blog"})),
    "news": (
        "The site has news",
        frozenset({"aktuelles", "news", "newsroom", "press", "presse"}),
    ),
}
_JOB_BOARDS = (
    *("ashbyhq.com", "bamboohr.com", "breezy.hr", "comeet.com", "greenhouse.io", "homerun.co"),
    *("icims.com", "jobs.personio.com", "jobs.personio.de", "jobvite.com", "jobylon.com"),
    *("join.com", "lever.co", "myworkdayjobs.com", "pinpointhq.com", "recruitee.com"),
    *("smartrecruiters.com", "softgarden.io", "teamtailor.com", "traffit.com", "workable.com"),
    *("welcometothejungle.com",),
)
"""Hosts of recruiting services where companies publish open positions."""
_JOBS_NAMED = 3
_META_NAMES = ("property", "name", "itemprop")
"""Attributes that name what a `meta` element states: Open Graph, HTML and microdata."""
_INDUSTRY_METAS = ("industry", "classification")
_USES = {"shop": "sells with", "marketing": "markets with", "support_chat": "answers visitors with"}


def facts_of(html: str, url: str, headers: Mapping[str, str]) -> SiteFacts:
    """Return the facts of the page at `url`. Header names must be lower-case."""
    found = list(elements(html))
    metas = _metas(found)
    nodes = nodes_of(found)
    organization = organization_in(nodes)
    links = list(_links(found, url))
    technologies = recognised(_marks(found, metas, headers))
    address = _first(organization.get("address"))
    title = next((plain(each.text) for each in found if each.name == "title"), None)
    language = next((each.attributes.get("lang") for each in found if each.name == "html"), None)
    return SiteFacts(
        url=url,
        title=_text(title) or _text(metas.get("og:title")),
        name=_text(organization.get("name")) or _text(metas.get("og:site_name")),
        description=_text(metas.get("description"), _LONG)
        or _text(metas.get("og:description"), _LONG)
        or _text(organization.get("description"), _LONG),
        language=_text(language, 35),
        image_url=_web_address(metas.get("og:image"), url),
        country=_text(_name(address.get("addresscountry"))),
        city=_text(address.get("addresslocality")),
        founded=_text(organization.get("foundingdate")),
        employees=employees_of(organization.get("numberofemployees"))
        or employees_of(metas.get("numberofemployees")),
        industry=_industry(organization, metas),
        phone=_text(organization.get("telephone")),
        social=_social([*_same_as(organization), *links]),
        technologies=[each.name for each in technologies],
        signals=[*_hiring(nodes, links, url), *_uses(technologies)],
    )


def _metas(found: Iterable[Element]) -> dict[str, str]:
    metas: dict[str, str] = {}
    for each in found:
        if each.name == "meta":
            name = next((each.attributes[key] for key in _META_NAMES if key in each.attributes), "")
            metas.setdefault(name.lower(), each.attributes.get("content", ""))
    return metas


def _links(found: Iterable[Element], base: str) -> Iterator[str]:
    hrefs = [each.attributes.get("href", "") for each in found if each.name == "a"]
    for href in hrefs[:_MAX_LINKS]:
        if address := _web_address(href, base):
            yield address


def _marks(
    found: Iterable[Element], metas: Mapping[str, str], headers: Mapping[str, str]
) -> Iterator[str]:
    yield metas.get("generator", "")
    for each in found:
        if each.name in ("script", "link"):
            yield each.attributes.get("src") or each.attributes.get("href") or ""
    for name, value in headers.items():
        if name in ("server", "x-powered-by") or name.startswith(("x-shop", "x-magento")):
            yield f"{name}: {value}"


def _first(value: Any) -> dict[str, Any]:
    """Return a JSON object, or the first one of a list, with lower-case property names; else
    empty."""
    if isinstance(value, list):
        value = next(iter(value), None)
    return (
        {str(name).lower(): each for name, each in value.items()} if isinstance(value, dict) else {}
    )


def _name(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value


def _industry(organization: Mapping[str, Any], metas: Mapping[str, str]) -> str | None:
    """Return the industry that the page states, or None: in words, by a code of a classification,
    or by the type of the organization."""
    stated = organization.get("industry")
    if isinstance(stated, list):
        stated = next(iter(stated), None)
    for value in (
        _name(stated),
        *(metas.get(name) for name in _INDUSTRY_METAS),
        industry_of_naics(organization.get("naics") or metas.get("naics")),
        industry_of_isic(organization.get("isicv4") or metas.get("isicv4")),
        industry_of_kinds(kinds_of(organization)),
    ):
        if text := _text(value, 100):
            return text
    return None


def _same_as(organization: Mapping[str, Any]) -> list[str]:
    value = organization.get("sameas")
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed[:50] if isinstance(each, str)]


def _social(links: Iterable[str]) -> dict[str, str]:
    """Return the first profile URL in each social network."""
    social: dict[str, str] = {}
    for link in links:
        try:
            parts = urlsplit(link)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            continue
        network = _NETWORKS.get(host)
        head = parts.path.strip("/").partition("/")[0].lower().removesuffix(".php")
        if network and head and head not in _NOT_A_PROFILE and len(link) <= _URL:
            social.setdefault(network, f"https://{parts.hostname}{parts.path}")
    return social


def _sections(links: Iterable[str], url: str) -> Iterator[ResearchSignal]:
    """Yield signals for the paths of the site's own links, such as `/careers` or `/pricing`."""
    own = (urlsplit(url).hostname or "").removeprefix("www.")
    urls: dict[str, str] = {}
    for link in links:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
        if host != own and not host.endswith(f".{own}"):
            continue
        words = {*parts.path.lower().strip("/").split("/"), host.partition(".")[0]}
        for name, (_, heads) in _SECTIONS.items():
            if words & heads:
                urls.setdefault(name, link)
    for name, (detail, _) in _SECTIONS.items():
        if name in urls:
            yield ResearchSignal.model_validate({"name": name, "detail": detail, "url": urls[name]})


def _hiring(
    nodes: Iterable[Mapping[str, Any]], links: Sequence[str], url: str
) -> Iterator[ResearchSignal]:
    """Yield the signals of `_sections`, with `hiring` taken preferably from job postings, then from
    links to a recruiting service."""
    sections = list(_sections(links, url))
    today = clock.now().date()
    titles = [title for each in job_titles_in(nodes, today) if (title := _text(each))]
    boards = [link for link in links if _is_job_board(link)]
    if titles:
        named = ", ".join(titles[:_JOBS_NAMED])
        detail = f"The site has {len(titles)} job posting{'s' * (len(titles) > 1)}: {named}"
        yield ResearchSignal(name="hiring", detail=detail, url=_web_address(url, url))
    elif boards:
        detail = "The site links to its open positions at a recruiting service"
        yield ResearchSignal(name="hiring", detail=detail, url=boards[0])
    is_found = bool(titles or boards)
    yield from (each for each in sections if not (is_found and each.name == "hiring"))


def _is_job_board(link: str) -> bool:
    host = urlsplit(link).hostname or ""
    return any(host == board or host.endswith(f".{board}") for board in _JOB_BOARDS)


def _uses(technologies: Iterable[Technology]) -> Iterator[ResearchSignal]:
    for category, verb in _USES.items():
        names = [each.name for each in technologies if each.category == category]
        if names:
            detail = f"The company {verb} {', '.join(names)}"
            yield ResearchSignal.model_validate({"name": category, "detail": detail})


def _web_address(text: str | None, base: str) -> str | None:
    """Return an absolute http or https URL, or None."""
    try:
        address = urljoin(base, (text or "").strip())
        parts = urlsplit(address)
        usable = text and parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return None
    return address if usable and len(address) <= _URL else None


def _text(value: Any, longest: int = _SHORT) -> str | None:
    """Return an untrusted value as text without control characters, at most `longest` characters
    long, or None if it is empty or no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = plain(str(value))
    seen = "".join(each for each in text if unicodedata.category(each)[0] != "C")
    return seen[: longest - 1] + "…" if len(seen) > longest else seen or None

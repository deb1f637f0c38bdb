from typing import Any

import pytest

from outrider.companies.models import Company
from outrider.contacts.models import Contact
from outrider.research.errors import NothingToResearch
from outrider.research.site.choice import is_reserved, site_of

NOW = "2026-03-02T09:00:00.000Z"


def urls(email: str = "ada@mail.example", **company: Any) -> list[str]:
    contact = Contact(id="con_1", email=email, created_at=NOW, updated_at=NOW)
    record = Company(id="com_1", created_at=NOW, updated_at=NOW, **company) if company else None
    return site_of(contact, record).candidates(plain=False)


class TestSite:
    @pytest.mark.parametrize(
        ("company", "found"),
        [
            ({}, ["https://mail.example/", "https://www.mail.example/"]),
            ({"name": "Acme"}, ["https://mail.example/", "https://www.mail.example/"]),
            ({"domain": "acme.com"}, ["https://acme.com/", "https://www.acme.com/"]),
            (
                {"domain": "acme.com", "website": "http://acme.com/en#top"},
                ["https://acme.com/en", "https://www.acme.com/en"],
            ),
            ({"domain": "acme.com", "website": "www.acme.com"}, ["https://www.acme.com/"]),
            ({"website": "https://acme.dev:8443"}, ["https://acme.dev:8443/"]),
            (
                {"domain": "acme.com", "website": "https://linkedin.com/company/acme"},
                ["https://acme.com/", "https://www.acme.com/"],
            ),
        ],
    )
    def test_is_that_of_the_company_before_the_addresss(
        self, company: dict[str, Any], found: list[str]
    ) -> None:
        assert urls(**company) == found

    def test_is_none_where_anybody_has_an_address(self) -> None:
        with pytest.raises(NothingToResearch):
            urls("ada@gmail.com")

    @pytest.mark.parametrize("domain", ["example.com", "www.example.org", "a.test", "a.internal"])
    def test_may_be_reserved(self, domain: str) -> None:
        assert is_reserved(domain)
        assert not is_reserved(f"{domain}.de")

"""Addresses, domains and websites come to one form, however they are written."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.companies.domains import domain_of_website
from outrider.kit.text.addresses import domain_of, normalise, normalise_domain

_INSIDE = string.ascii_letters + string.digits + "äéßñøжя中文"
_LABELS = st.text(_INSIDE, min_size=1, max_size=12).filter(lambda label: not label[0].isdigit())
_LOCAL = st.text(string.ascii_letters + string.digits + "+_-", min_size=1, max_size=20)


def _is_domain(text: str) -> bool:
    try:
        normalise_domain(text)
    except ValueError:
        return False
    return True


domains = st.builds(
    lambda labels, last: ".".join([*labels, last]),
    st.lists(_LABELS, min_size=1, max_size=3),
    st.sampled_from(["com", "example", "DE", "co.uk", "рф"]),
).filter(_is_domain)


class TestDomain:
    @given(domains)
    def test_once_is_as_good_as_twice(self, domain: str) -> None:
        assert normalise_domain(normalise_domain(domain)) == normalise_domain(domain)

    @given(domains)
    def test_is_lower_case_ascii(self, domain: str) -> None:
        normal = normalise_domain(domain)

        assert normal.isascii()
        assert normal == normal.lower()

    @given(domains)
    def test_minds_neither_case_nor_the_dot_of_the_root_nor_spaces(self, domain: str) -> None:
        ascii_form = normalise_domain(domain)

        for spelling in (ascii_form.upper(), f"{ascii_form}.", f" {ascii_form} "):
            assert normalise_domain(spelling) == ascii_form

    @given(st.text(max_size=40))
    def test_is_refused_or_comes_to_one_form(self, text: str) -> None:
        try:
            normal = normalise_domain(text)
        except ValueError:
            return
        assert normalise_domain(normal) == normal
        assert "." in normal


class TestWebsite:
    @given(
        domains.filter(lambda domain: not domain.lower().startswith("www.")),
        st.sampled_from(["", "http://", "https://", "HTTPS://"]),
        st.sampled_from(["", "www."]),
        st.sampled_from(["", ":8080"]),
        st.sampled_from(["", "/", "/about/us", "/?a=b@c.example", "/#top"]),
    )
    def test_has_the_domain_of_its_host(
        self, domain: str, scheme: str, www: str, port: str, path: str
    ) -> None:
        assert domain_of_website(f"{scheme}{www}{domain}{port}{path}") == normalise_domain(domain)

    @given(st.text(max_size=60))
    def test_is_refused_or_has_a_normal_domain_or_none(self, text: str) -> None:
        try:
            domain = domain_of_website(text)
        except ValueError:
            return
        assert domain is None or normalise_domain(domain) == domain

    @pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "localhost", "intranet"])
    def test_without_a_domain_has_none(self, host: str) -> None:
        assert domain_of_website(f"http://{host}/") is None


class TestAddress:
    @given(_LOCAL, domains)
    def test_keeps_the_local_part_and_normalises_the_domain(self, local: str, domain: str) -> None:
        address = normalise(f"{local}@{domain}")

        assert address == f"{local}@{normalise_domain(domain)}"
        assert domain_of(address) == normalise_domain(domain)
        assert normalise(address) == address

    @given(st.text(max_size=60))
    def test_is_refused_or_comes_to_one_form(self, text: str) -> None:
        try:
            address = normalise(text)
        except ValueError:
            return
        assert normalise(address) == address

"""Numbers of employees and countries, as people and sites write them."""

import pytest

from outrider.qualification.countries import country_of
from outrider.qualification.sizes import Size, size_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("11-50", Size(11, 50)),
        ("51\u2013200 employees", Size(51, 200)),
        ("1,001-5,000", Size(1001, 5000)),
        ("1.000 Mitarbeiter", Size(1000, 1000)),
        ("200+", Size(200, None)),
        (">500", Size(500, None)),
        ("more than 20", Size(20, None)),
        ("<10", Size(0, 10)),
        ("up to 50", Size(0, 50)),
        ("10k", Size(10_000, 10_000)),
        ("about 40", Size(40, 40)),
        ("many", None),
        ("", None),
    ],
)
def test_reads_a_size(text: str, size: Size | None) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("U.S.A.", "US"),
        ("united states", "US"),
        ("UK", "GB"),
        ("ÖSTERREICH", "AT"),
        ("España", "ES"),
        ("Côte d\u2019Ivoire", "CI"),
        ("The Netherlands", "NL"),
        ("IT", "IT"),
        ("Atlantis", None),
    ],
)
def test_reads_a_country(text: str, code: str | None) -> None:
    assert country_of(text) == code

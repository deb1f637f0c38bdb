import pytest

from outrider.events.catalogue import (
    FAMILIES,
    HIGH_VOLUME,
    NAMES,
    NOT_SENT_YET,
    OFFERED,
    chosen,
    family,
)


class TestCatalogue:
    def test_names_each_event_once_as_family_and_what_happened(self) -> None:
        assert len(NAMES) == len(set(NAMES))
        assert all(name.count(".") == 1 for name in NAMES)

    def test_has_the_family_of_every_event(self) -> None:
        assert {family(name) for name in NAMES} == set(FAMILIES)

    def test_knows_what_comes_with_every_mail(self) -> None:
        assert set(NAMES) >= HIGH_VOLUME

    def test_offers_only_what_can_happen_but_takes_every_name(self) -> None:
        assert {"contact.created", "contact.*"} <= set(OFFERED)
        assert not NOT_SENT_YET & set(OFFERED)
        assert "lead.contacted" in chosen(["lead.*"])
        with pytest.raises(ValueError, match=r"Available are contact\.\*, "):
            chosen(["contact.eaten"])

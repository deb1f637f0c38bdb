import pytest

from outrider.campaigns.enrollments import ids as enrollment_ids
from outrider.kit import ids

TIME = "01m7z7qab19evwjr2bb4rjwyts"
"""As the end of an id is."""


def test_lead_back_to_campaign_and_contact() -> None:
    campaign, contact = ids.new("cam"), ids.new("con")

    assert enrollment_ids.parts(enrollment_ids.of(campaign, contact)) == [campaign, contact]


@pytest.mark.parametrize("text", ["", "enr_", "nothing", f"enr_{TIME}", f"cam_{TIME}con_{TIME}"])
def test_know_what_is_none(text: str) -> None:
    assert enrollment_ids.parts(text) is None

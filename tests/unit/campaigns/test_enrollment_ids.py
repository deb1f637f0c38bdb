import pytest

from outrider.campaigns import enrollment_ids
from outrider.kit import ids


def test_lead_back_to_campaign_and_contact() -> None:
    campaign, contact = ids.new("cam"), ids.new("con")

    assert enrollment_ids.parts(enrollment_ids.of(campaign, contact)) == (campaign, contact)


@pytest.mark.parametrize(
    "text", ["", "enr_", "nothing", ids.new("enr"), ids.new("cam") + ids.new("con")]
)
def test_know_what_is_none(text: str) -> None:
    assert enrollment_ids.parts(text) is None

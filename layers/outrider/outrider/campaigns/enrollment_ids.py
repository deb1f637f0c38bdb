"""Ids of enrollments: they name campaign and contact, so one read finds an enrollment."""

from outrider.kit import ids

_PREFIX = "enr_"


def of(campaign_id: str, contact_id: str) -> str:
    """`enr_` and the characters of both, 52 in all."""
    return _PREFIX + campaign_id.partition("_")[2] + contact_id.partition("_")[2]


def parts(enrollment_id: str) -> tuple[str, str] | None:
    """The campaign and the contact, or None when it is no id of an enrollment."""
    rest = enrollment_id.removeprefix(_PREFIX)
    campaign_id, contact_id = f"cam_{rest[: ids.LENGTH]}", f"con_{rest[ids.LENGTH :]}"
    found = enrollment_id.startswith(_PREFIX) and ids.is_id("cam", campaign_id)
    return (campaign_id, contact_id) if found and ids.is_id("con", contact_id) else None

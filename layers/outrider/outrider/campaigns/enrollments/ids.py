"""Ids of enrollments: they name campaign and contact, so one read finds an enrollment."""

from outrider.kit import ids


def of(campaign_id: str, contact_id: str) -> str:
    """`enr_` and the characters of both, 52 in all."""
    return ids.joined("enr", campaign_id, contact_id)


def parts(enrollment_id: str) -> list[str] | None:
    """The campaign and the contact, or None when it is no id of an enrollment."""
    return ids.members(enrollment_id, "enr", "cam", "con")

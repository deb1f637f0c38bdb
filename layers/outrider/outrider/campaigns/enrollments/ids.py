"""Ids of enrollments. They contain the campaign's and the contact's id, so one read finds an
enrollment."""

from outrider.kit import ids


def of(campaign_id: str, contact_id: str) -> str:
    """Return the enrollment id: `enr_` and the random parts of both ids, 52 characters."""
    return ids.joined("enr", campaign_id, contact_id)


def parts(enrollment_id: str) -> list[str] | None:
    """Return the campaign's and the contact's id, or None if it is not an enrollment id."""
    return ids.members(enrollment_id, "enr", "cam", "con")

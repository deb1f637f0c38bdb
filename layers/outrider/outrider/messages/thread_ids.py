"""Ids of threads: all messages of one contact in one campaign, both ways."""

from outrider.kit import ids


def thread_id(campaign_id: str, contact_id: str) -> str:
    """`thr_` and the characters of both, 52 in all: no index has to lead to a thread."""
    return ids.joined("thr", campaign_id, contact_id)


def parts(thread_id: str) -> list[str] | None:
    """The campaign and the contact, or None when it is no id of a thread."""
    return ids.members(thread_id, "thr", "cam", "con")

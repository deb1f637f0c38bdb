"""Thread ids. A thread has all messages of one contact in one campaign, sent and received."""

from outrider.kit import ids


def thread_id(campaign_id: str, contact_id: str) -> str:
    """Return `thr_` and the 26 characters of both ids, so that no index is needed to find a
    thread."""
    return ids.joined("thr", campaign_id, contact_id)


def parts(thread_id: str) -> list[str] | None:
    """Return the campaign id and the contact id, or None if it is not a thread id."""
    return ids.members(thread_id, "thr", "cam", "con")

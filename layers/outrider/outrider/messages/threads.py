"""Ids of threads: all messages of one contact in one campaign, both ways."""

from outrider.kit import ids

_PREFIX = "thr_"


def thread_id(campaign_id: str, contact_id: str) -> str:
    """`thr_` and the characters of both, 52 in all: no index has to lead to a thread."""
    return _PREFIX + campaign_id.partition("_")[2] + contact_id.partition("_")[2]


def parts(thread_id: str) -> tuple[str, str] | None:
    """The campaign and the contact, or None when it is no id of a thread."""
    rest = thread_id.removeprefix(_PREFIX)
    campaign_id, contact_id = f"cam_{rest[: ids.LENGTH]}", f"con_{rest[ids.LENGTH :]}"
    found = thread_id.startswith(_PREFIX) and ids.is_id("cam", campaign_id)
    return (campaign_id, contact_id) if found and ids.is_id("con", contact_id) else None

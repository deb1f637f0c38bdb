"""Ids of messages: they name the contact, so one read finds a message by its id alone."""

from outrider.kit import ids


def of(contact_id: str, *parts: str) -> str:
    """Return `msg_`, the contact's 26 characters, and 26 that always belong to `parts`."""
    return ids.joined("msg", contact_id, ids.derived("msg", *parts))


def split(message_id: str) -> tuple[str, str] | None:
    """Return the contact, and the message's own part as an id; None for no id of a message."""
    found = ids.members(message_id, "msg", "con", "msg")
    return (found[0], found[1]) if found else None


def own(message_id: str) -> str:
    """Return the message's own part, as an id. Raises ValueError for no id of a message."""
    found = split(message_id)
    if found is None:
        raise ValueError(f"{message_id} is no id of a message")
    return found[1]


def joined(contact_id: str, own: str) -> str:
    """Return the id that `split` took apart."""
    return ids.joined("msg", contact_id, own)


def contact_of(message_id: str) -> str | None:
    """Return the contact that a message belongs to; None when it is no id of a message."""
    found = split(message_id)
    return found[0] if found else None

"""Ids of messages. They contain the contact's id, so one read finds a message by its id alone."""

from outrider.kit import ids


def of(contact_id: str, *parts: str) -> str:
    """Return `msg_`, the 26 characters of the contact's id, and 26 characters derived from `parts`:
    the same parts have the same id."""
    return ids.joined("msg", contact_id, ids.derived("msg", *parts))


def split(message_id: str) -> tuple[str, str] | None:
    """Return the contact's id and the message's own part as an id, or None if it is not a message
    id."""
    found = ids.members(message_id, "msg", "con", "msg")
    return (found[0], found[1]) if found else None


def own(message_id: str) -> str:
    """Return the message's own part, as an id.

    Raises: ValueError if it is not a message id.
    """
    found = split(message_id)
    if found is None:
        raise ValueError(f"{message_id} is not a message id")
    return found[1]


def joined(contact_id: str, own: str) -> str:
    """Return the message id that `split` has split."""
    return ids.joined("msg", contact_id, own)


def contact_of(message_id: str) -> str | None:
    """Return the id of the message's contact, or None if it is not a message id."""
    found = split(message_id)
    return found[0] if found else None

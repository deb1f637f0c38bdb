"""What `data` of each event holds: a promise to whoever receives events.

A class tells of one event: its docstring when it is sent, its fields what is in it. The schemas in
docs/events are made of these, and the tests hold every event that is written against its schema.
A field may be added, never taken away or changed.
"""

from outrider.events.catalogue import EventName
from outrider.events.payloads import (
    api_keys,
    campaigns,
    companies,
    contacts,
    credits,
    enrollments,
    imports,
    mailboxes,
    messages,
    replies,
    sequences,
    tasks,
    webhooks,
)
from outrider.events.payloads.base import Payload

PAYLOADS: dict[EventName, type[Payload]] = {
    each.event: each
    for module in (
        contacts,
        companies,
        messages,
        tasks,
        replies,
        enrollments,
        sequences,
        campaigns,
        mailboxes,
        imports,
        webhooks,
        api_keys,
        credits,
    )
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Payload) and hasattr(each, "event")
}

"""Payloads of events: the `data` of each, a contract with the consumers of events.

Each class is one event: its docstring describes when it is sent, its fields what it contains. The
schemas in docs/events are generated from these classes, and the tests validate every event that is
written. A field may be added, but never removed or changed.
"""

from outrider.events.catalogue import EventName
from outrider.events.payloads import (
    account,
    agents,
    campaigns,
    contacts,
    enrollments,
    imports,
    mailboxes,
    messages,
    replies,
    sequences,
    tasks,
    webhooks,
    workflows,
)
from outrider.events.payloads.base import Payload

PAYLOADS: dict[EventName, type[Payload]] = {
    each.event: each
    for module in (
        contacts,
        messages,
        tasks,
        replies,
        enrollments,
        sequences,
        campaigns,
        mailboxes,
        imports,
        webhooks,
        account,
        agents,
        workflows,
    )
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Payload) and hasattr(each, "event")
}

"""Who is reached by a call."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from outrider.agents.approvals.models import (
    NAMED,
    ApprovalAudience,
    ApprovalRecipient,
    digest_of,
)
from outrider.agents.approvals.reading import Reader
from outrider.contacts.models import Contact
from outrider.kit import json

_LAUNCHING = ("launch_sequence", "launch_campaign", "add_audience")
_GOING_ON = ("active", "waiting", "paused", "sending")
"""Statuses of enrollments that get further messages."""
_DONE = ("disqualified", "contacted", "replied")
"""Statuses of leads that a workflow contacts no more."""
_CHANGING = {"last_contacted_at", "last_replied_at", "updated_at", "version"}
"""Fields of a contact that appear in no message, or change without anybody's doing."""

Arguments = Mapping[str, Any]
Person = tuple[ApprovalRecipient, Any]
"""A recipient, and everything known about them that a message may contain."""


def with_named_contacts(tool: str, arguments: Arguments, reader: Reader) -> dict[str, Any]:
    """Return the arguments with the ids of the contacts that a filter selects now, or whose
    enrollments have failed, in place of the filter, so that an approval reaches nobody else.

    Raises NotProposable if there are too many.
    """
    given = dict(arguments)
    if tool in _LAUNCHING and given.get("filter") is not None:
        chosen = {name: value for name, value in given.pop("filter").items() if value is not None}
        ids = [row["id"] for row in reader.each("list_contacts", **chosen)]
        given["contact_ids"] = list(dict.fromkeys([*(given.get("contact_ids") or ()), *ids]))
    if tool == "retry_campaign" and given.get("contact_ids") is None:
        given["contact_ids"] = [row["contact_id"] for row in _failed(given, reader)]
    return given


def audience_of(tool: str, arguments: Arguments, reader: Reader) -> ApprovalAudience:
    """Return everybody whom the call reaches. Raises the errors of Reader."""
    people = list(_people(tool, arguments, reader))
    if not people:
        return ApprovalAudience()
    return ApprovalAudience(
        count=len(people),
        named=[recipient for recipient, _ in people[:NAMED]],
        digest=digest_of(sorted(digest_of([each.model_dump(), facts]) for each, facts in people)),
    )


def _people(tool: str, arguments: Arguments, reader: Reader) -> Iterator[Person]:
    match tool:
        case "launch_sequence" | "launch_campaign" | "add_audience":
            yield from _contacts(arguments.get("contact_ids") or (), reader)
        case "trigger_campaign" | "add_workflow_leads" | "create_lead":
            for row in arguments.get("leads") or [arguments]:
                yield from _one(row, reader)
        case "resume_sequence" | "resume_campaign" | "retry_campaign":
            rows = (_failed if tool == "retry_campaign" else _going_on)(arguments, reader)
            yield from _contacts([row["contact_id"] for row in rows], reader)
        case "resume_enrollment" | "stop_enrollment":
            enrollment = reader.read("get_enrollment", enrollment_id=arguments["enrollment_id"])
            yield from _contacts([enrollment["contact_id"]], reader)
        case "run_workflow" | "resume_workflow":
            for lead in reader.each("list_leads", workflow_id=arguments["workflow_id"]):
                if lead["status"] not in _DONE:
                    yield _of_lead(lead)
        case "approve_lead" | "approve_leads":
            for lead_id in arguments.get("ids") or [arguments["lead_id"]]:
                yield _of_lead(reader.read("get_lead", lead_id=lead_id))
        case "send_test_message":
            yield ApprovalRecipient(address=arguments["to"]), None
        case "settle_message":
            message = reader.read("get_message", message_id=arguments["message_id"])
            yield from _contacts([message["contact_id"]], reader)


def _contacts(contact_ids: Sequence[str], reader: Reader) -> Iterator[Person]:
    for contact in reader.contacts(contact_ids):
        yield _of_contact(contact)


def _one(row: Arguments, reader: Reader) -> Iterator[Person]:
    """Yield the contact that a row names by its id or, new or not, by its address."""
    if contact_id := row.get("contact_id"):
        yield from _contacts([contact_id], reader)
    elif address := row.get("email"):
        found = reader.read("list_contacts", email=address)["data"]
        if found:
            yield from _contacts([found[0]["id"]], reader)
        else:
            names = [row.get("first_name"), row.get("last_name")]
            yield ApprovalRecipient(address=address, name=_joined(names)), row


def _going_on(arguments: Arguments, reader: Reader) -> Iterator[Mapping[str, Any]]:
    """Yield the enrollments that get further messages."""
    campaign_id = arguments.get("campaign_id")
    if campaign_id is None:
        sequence = reader.read("get_sequence", sequence_id=arguments["sequence_id"])
        campaign_id = sequence["campaign_id"]
    if campaign_id is None:
        return
    for row in reader.each("list_campaign_enrollments", campaign_id=campaign_id):
        if row["status"] in _GOING_ON:
            yield row


def _failed(arguments: Arguments, reader: Reader) -> Iterator[Mapping[str, Any]]:
    """Yield the enrollments that failed, of the contacts and for the reasons that the call names:
    in full, or up to a colon."""
    campaign_id, reasons = arguments["campaign_id"], arguments.get("reasons")
    asked = arguments.get("contact_ids")
    for row in reader.each("list_campaign_enrollments", campaign_id=campaign_id, status="failed"):
        why = str(row["exit_reason"])
        is_asked = asked is None or row["contact_id"] in asked
        if is_asked and (reasons is None or any(f"{why}:".startswith(f"{e}:") for e in reasons)):
            yield row


def _of_contact(contact: Contact) -> Person:
    facts = json.loads(contact.model_dump_json(exclude=_CHANGING))
    recipient = ApprovalRecipient(
        address=contact.email, name=contact.full_name, contact_id=contact.id
    )
    return recipient, facts


def _of_lead(lead: Mapping[str, Any]) -> Person:
    contact = lead["contact"] or {}
    recipient = ApprovalRecipient(
        address=contact.get("email", ""),
        name=contact.get("full_name"),
        contact_id=lead["contact_id"],
    )
    return recipient, contact


def _joined(names: Sequence[str | None]) -> str | None:
    return " ".join(filter(None, names)) or None

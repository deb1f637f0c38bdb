"""What a call does, read and put in the words of a person."""

import re
from collections.abc import Mapping
from typing import Any

from outrider.agents.approvals.audiences import audience_of, with_named_contacts
from outrider.agents.approvals.effects import effect_of
from outrider.agents.approvals.errors import NotProposable
from outrider.agents.approvals.models import (
    ApprovalAudience,
    ApprovalChange,
    ApprovalContent,
    ApprovalResource,
)
from outrider.agents.approvals.reading import Reader
from outrider.agents.approvals.texts import texts_of
from outrider.kit.errors import ResourceNotFound
from outrider.kit.text.quotes import shortened
from outrider.mcp.tools import Tool, tools

MOST_NAMED = 20
"""Maximum leads or messages that one approval shows one by one."""
_LISTED = {
    "approve_leads": ("ids", "lead_id"),
    "reject_leads": ("ids", "lead_id"),
    "settle_messages": ("message_ids", "message_id"),
}
"""Tools whose call lists what it changes: the argument with the ids, and what they are ids of."""
_PARAMETER = re.compile(r"\{(\w+)\}")
_READ_BY = {"delivery_id": "get_webhook_delivery", "pool_id": "get_mailbox_pool"}
"""Tools that read the resource of a path parameter, where they are not named after it."""
_NAMES = ("name", "email", "domain", "url", "address", "subject")
_SHOWN_OTHERWISE = {
    "contact_ids",
    "draft_hash",
    "draft_hashes",
    "idempotency_key",
    "if_match",
    "ids",
    "loser_ids",
    "message_ids",
    "steps",
    "steps_version",
    "winner_id",
}

Arguments = Mapping[str, Any]
Found = Mapping[str, Mapping[str, Any]]
"""Resources that a call names, by the parameter of the path."""


def bound_arguments(tool: Tool, arguments: Arguments, reader: Reader) -> dict[str, Any]:
    """Return the arguments as an approval holds them: with the contacts that a filter selects, the
    versions of what the call changes, and the drafts that it approves, as they are now.

    Raises the errors of Reader, and NotProposable.
    """
    given = with_named_contacts(tool.name, arguments, reader)
    given.pop("idempotency_key", None)
    _check_listed(tool, given)
    if tool.name == "approve_lead":
        draft = reader.read("get_lead", lead_id=given["lead_id"])["draft"]
        return {**given, "draft_hash": _hash(draft, given["lead_id"])}
    if tool.name == "approve_leads":
        drafts = {each: reader.read("get_lead", lead_id=each)["draft"] for each in given["ids"]}
        return {**given, "draft_hashes": {each: _hash(drafts[each], each) for each in drafts}}
    if tool.name == "launch_campaign":
        campaign = reader.read("get_campaign", campaign_id=given["campaign_id"])
        sequence = reader.read("get_sequence", sequence_id=campaign["sequence_id"])
        given["steps_version"] = sequence["steps_version"]
    if "if_match" in tool.input["properties"]:
        versions = [each.get("version") for each in _resources(tool, given, reader).values()]
        if versions and versions[-1] is not None:
            given["if_match"] = versions[-1]
    return given


def content_of(tool: Tool, arguments: Arguments, reader: Reader) -> ApprovalContent:
    """Return what the call does now. Raises the errors of Reader."""
    found = _resources(tool, arguments, reader)
    resources = [_shown(name, each) for name, each in found.items()]
    if tool.name in _LISTED:
        listed, parameter = _LISTED[tool.name]
        read = f"get_{parameter.removesuffix('_id')}"
        resources += [
            _shown(parameter, reader.read(read, **{parameter: each})) for each in arguments[listed]
        ]
    for contact in reader.contacts(_merged(arguments)) if tool.name == "merge_contacts" else ():
        resources.append(_shown("contact_id", contact.model_dump()))
    recipients = audience_of(tool.name, arguments, reader)
    texts = texts_of(tool.name, arguments, recipients, reader)
    effect = effect_of(tool)
    effects = [effect.text]
    if recipients.count > 1:
        effects.append(
            "Recipients who are suppressed, unsubscribed or contacted elsewhere are skipped"
        )
    return ApprovalContent(
        summary=_summary(tool, resources, recipients),
        resources=resources,
        recipients=recipients,
        texts=texts,
        changes=_changes(tool, arguments, found),
        effects=effects,
        irreversible=effect.final,
    )


def difference(before: ApprovalContent, now: ApprovalContent) -> str | None:
    """Return in words what changed, or None if nothing did."""
    if before == now:
        return None
    if before.recipients.count != now.recipients.count:
        counts = f"{before.recipients.count:,} to {now.recipients.count:,}"
        return f"the number of recipients changed from {counts}"
    if before.recipients != now.recipients:
        return "a recipient, or what is known about one, changed"
    if before.texts != now.texts:
        return "a text changed"
    for old, new in zip(before.resources, now.resources, strict=False):
        if old != new:
            return f"the {new.kind} {new.id} changed"
    return "its effect changed"


def _resources(tool: Tool, arguments: Arguments, reader: Reader) -> dict[str, Mapping[str, Any]]:
    """Return what the path of the call names."""
    found: dict[str, Mapping[str, Any]] = {}
    for name in _PARAMETER.findall(tool.path):
        if name == "suppression_id":
            found[name] = _suppression(arguments[name], reader)
            continue
        read = _READ_BY.get(name, f"get_{name.removesuffix('_id')}")
        needed = set(_PARAMETER.findall(tools()[read].path))
        found[name] = reader.read(read, **{each: arguments[each] for each in needed})
    return found


def _check_listed(tool: Tool, arguments: Arguments) -> None:
    """Raise NotProposable if a call would change what an approval cannot show one by one."""
    if tool.name not in _LISTED:
        return
    listed, _ = _LISTED[tool.name]
    if not 1 <= len(arguments.get(listed) or ()) <= MOST_NAMED:
        raise NotProposable(
            f"An agent may propose this call for 1 to {MOST_NAMED} of them, named in {listed}"
        )


def _suppression(suppression_id: str, reader: Reader) -> Mapping[str, Any]:
    for each in reader.each("list_suppressions"):
        if each["id"] == suppression_id:
            return each
    raise ResourceNotFound(f"There is no suppression {shortened(suppression_id)}")


def _shown(parameter: str, found: Mapping[str, Any]) -> ApprovalResource:
    name = next((str(found[each]) for each in _NAMES if found.get(each)), None)
    return ApprovalResource(
        id=found["id"],
        kind=parameter.removesuffix("_id"),
        name=name or (found.get("contact") or {}).get("email"),
        status=found.get("status"),
        version=found.get("version"),
    )


def _changes(tool: Tool, arguments: Arguments, found: Found) -> list[ApprovalChange]:
    in_path = set(_PARAMETER.findall(tool.path))
    target = list(found.values())[-1] if found and tool.method in ("PATCH", "PUT") else {}
    return [
        ApprovalChange(field=name, before=target.get(name), after=value)
        for name, value in arguments.items()
        if name not in in_path | _SHOWN_OTHERWISE
    ]


def _summary(tool: Tool, resources: list[ApprovalResource], recipients: ApprovalAudience) -> str:
    names = ", ".join(f"{each.kind} {shortened(each.name or each.id)}" for each in resources)
    reach = (
        f" It reaches {recipients.count:,} {_people(recipients.count)}." if recipients.count else ""
    )
    return f"{tool.title}{': ' if names else ''}{names}.{reach}"


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def _merged(arguments: Arguments) -> list[str]:
    return [arguments["winner_id"], *arguments["loser_ids"]]


def _hash(draft: Mapping[str, Any] | None, lead_id: str) -> str:
    if draft is None:
        raise NotProposable(f"The lead {shortened(lead_id)} has no draft to approve")
    return str(draft["hash"])

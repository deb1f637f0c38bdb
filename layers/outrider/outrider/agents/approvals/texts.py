"""Texts that a call sends, or stores to be sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from outrider.agents.approvals.models import ApprovalAudience, ApprovalText
from outrider.agents.approvals.reading import Reader

_RENDERED = ("email", "sms")
_MOST_MESSAGES = 5
"""Maximum steps that are shown as the message of the first recipient."""
_OF_CAMPAIGN = (
    "launch_campaign",
    "add_audience",
    "trigger_campaign",
    "resume_campaign",
    "retry_campaign",
)
_OF_WORKFLOW = ("run_workflow", "resume_workflow", "add_workflow_leads")

Arguments = Mapping[str, Any]
Row = Mapping[str, Any]


def texts_of(
    tool: str, arguments: Arguments, audience: ApprovalAudience, reader: Reader
) -> list[ApprovalText]:
    """Return the texts of a call: the message that the first recipient gets, and the templates of
    which those of all are made. Raises the errors of Reader."""
    if tool in ("approve_lead", "approve_leads"):
        return list(_drafts(arguments, reader))
    if tool == "send_test_message":
        return [_message(arguments, reader, arguments["contact_id"], recipient=arguments["to"])]
    if tool == "settle_message":
        message = reader.read("get_message", message_id=arguments["message_id"])
        return [_sent(message)]
    if tool in ("set_sequence_steps", "create_sequence"):
        return list(_templates(arguments.get("steps") or ()))
    sequence_id = _sequence_id(tool, arguments, reader)
    if sequence_id is None:
        return []
    older = _older_version(tool, arguments, reader)
    steps = reader.read("get_sequence_steps", sequence_id=sequence_id, **older)["steps"]
    named = [] if older else audience.named
    first = next((each.contact_id for each in named if each.contact_id), None)
    messages = [
        _message({"sequence_id": sequence_id, "step_id": step["id"]}, reader, first, number=number)
        for number, step in list(enumerate(steps, 1))[:_MOST_MESSAGES]
        if first and step["channel"] in _RENDERED
    ]
    return [*messages, *_templates(steps)]


def _sequence_id(tool: str, arguments: Arguments, reader: Reader) -> str | None:
    if tool in ("launch_sequence", "resume_sequence"):
        return str(arguments["sequence_id"])
    if tool in _OF_CAMPAIGN:
        campaign = reader.read("get_campaign", campaign_id=arguments["campaign_id"])
        return str(campaign["sequence_id"])
    if tool in _OF_WORKFLOW or (tool == "create_lead" and arguments.get("workflow_id")):
        workflow = reader.read("get_workflow", workflow_id=arguments["workflow_id"])
        return workflow["sequence_id"] and str(workflow["sequence_id"])
    if tool == "resume_enrollment":
        enrollment = reader.read("get_enrollment", enrollment_id=arguments["enrollment_id"])
        return str(enrollment["sequence_id"])
    return None


def _older_version(tool: str, arguments: Arguments, reader: Reader) -> dict[str, int]:
    """Return which version of the steps a launched campaign sends, as an argument, if its sequence
    has newer ones by now. A message of an older version cannot be previewed."""
    if tool not in _OF_CAMPAIGN:
        return {}
    campaign = reader.read("get_campaign", campaign_id=arguments["campaign_id"])
    sequence = reader.read("get_sequence", sequence_id=campaign["sequence_id"])
    version = int(campaign["steps_version"])
    is_older = campaign["status"] != "draft" and version < sequence["steps_version"]
    return {"version": version} if is_older else {}


def _message(
    arguments: Arguments,
    reader: Reader,
    contact_id: str,
    *,
    number: int | None = None,
    recipient: str | None = None,
) -> ApprovalText:
    asked = ("sequence_id", "step_id", "variant_id", "mailbox_id")
    given = {name: arguments[name] for name in asked if arguments.get(name)}
    preview = reader.read("preview_message", contact_id=contact_id, **given)
    return ApprovalText(
        form="message",
        recipient=recipient or preview["recipient"],
        step=number,
        channel=preview["channel"],
        **_words(preview),
    )


def _drafts(arguments: Arguments, reader: Reader) -> Iterator[ApprovalText]:
    for lead_id in arguments.get("ids") or [arguments["lead_id"]]:
        lead = reader.read("get_lead", lead_id=lead_id)
        if lead["draft"]:
            recipient = (lead["contact"] or {}).get("email")
            yield ApprovalText(form="message", recipient=recipient, **_words(lead["draft"]))


def _sent(message: Row) -> ApprovalText:
    return ApprovalText(
        form="message",
        recipient=message["recipient"],
        channel=message["channel"],
        **_words(message),
    )


def _templates(steps: Sequence[Row]) -> Iterator[ApprovalText]:
    """Yield the templates of steps, as they are stored or as they are given."""
    for number, step in enumerate(steps, 1):
        for words in step.get("variants") or [step]:
            yield ApprovalText(
                form="template",
                step=number,
                channel=str(step.get("channel", "email")),
                wait=_wait(step),
                condition=step.get("if"),
                **_words(words),
            )


def _words(of: Row) -> dict[str, str | None]:
    return {name: of.get(name) for name in ("subject", "text", "html")}


def _wait(step: Row) -> str | None:
    if wait := step.get("wait_before"):
        basis = "working " if wait.get("basis") == "working" else ""
        return f"{wait['value']} {basis}{wait['unit']}"
    days = step.get("wait_days")
    return None if days is None else f"{days} days"

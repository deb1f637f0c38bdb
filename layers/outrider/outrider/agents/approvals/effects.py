"""What follows from each tool that an agent may propose, and what of it is final."""

from dataclasses import dataclass

from outrider.mcp.tools import Tool

_SENT = "Messages that were sent cannot be taken back"
_GONE = "What is deleted cannot be restored"
_OVERWRITTEN = "The earlier values are lost"


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect of a tool; `final` says what nobody can undo."""

    text: str
    final: str | None = None


EFFECTS: dict[str, Effect] = {
    "add_audience": Effect(
        "The recipients are added to the campaign, which sends them its sequence: each text below,"
        " unless they reply or opt out first",
        _SENT,
    ),
    "add_workflow_leads": Effect(
        "The recipients become leads of the workflow, which researches, qualifies and contacts them"
        " as its stages say; research costs credits",
        _SENT,
    ),
    "approve_lead": Effect("The message below is sent to the recipient, exactly as it is", _SENT),
    "approve_leads": Effect("The messages below are sent, exactly as they are", _SENT),
    "complete_task": Effect("The task counts as done, and the sequence of the contact goes on"),
    "confirm_import": Effect(
        "The rows of the file are imported; existing entries are changed as the policy of the"
        " import says",
        "Values that later changes have replaced stay when the import is reverted",
    ),
    "create_companies": Effect("The companies are created; existing ones are changed if asked"),
    "create_contacts": Effect("The contacts are created; existing ones are changed if asked"),
    "create_export": Effect(
        "A file with the whole list is written, which every key that may read the list can"
        " download for 30 days",
        "Files that were downloaded cannot be called back",
    ),
    "create_lead": Effect(
        "The lead is created, and its contact if it is new. If it belongs to a workflow, this"
        " researches, qualifies and contacts it as its stages say; research costs credits",
        _SENT,
    ),
    "delete_campaign": Effect("The campaign is deleted, and sends no more messages", _GONE),
    "delete_company": Effect("The company is deleted; its contacts stay", _GONE),
    "delete_contact": Effect("The contact is deleted, and gets no more messages", _GONE),
    "delete_lead": Effect("The lead is deleted; its contact stays", _GONE),
    "delete_mailbox": Effect("The mailbox is deleted, and sends no more messages", _GONE),
    "delete_mailbox_pool": Effect("The mailbox pool is deleted", _GONE),
    "delete_sequence": Effect("The sequence and its campaign are deleted; it sends no more", _GONE),
    "delete_suppression": Effect(
        "The suppression is removed: the recipient can be written to again",
        "The reason and the evidence of the suppression are lost",
    ),
    "delete_webhook": Effect("The webhook is deleted: its URL gets no more events", _GONE),
    "delete_workflow": Effect("The workflow and its campaign are deleted; it sends no more", _GONE),
    "enable_webhook": Effect("The URL of the webhook gets events again"),
    "erase_contact": Effect(
        "All data about the person is deleted, and the address is suppressed for good",
        "Erased data cannot be restored",
    ),
    "launch_campaign": Effect(
        "The campaign is launched: each recipient gets each text below, unless they reply or opt"
        " out first",
        _SENT,
    ),
    "launch_sequence": Effect(
        "The sequence is launched: each recipient gets each text below, unless they reply or opt"
        " out first",
        _SENT,
    ),
    "merge_contacts": Effect(
        "The contacts become one, and all but the first are deleted",
        "Merged contacts cannot be separated",
    ),
    "redeliver_webhook_delivery": Effect("The event is sent to the URL of the webhook once more"),
    "reject_lead": Effect("The lead is disqualified, and nothing is sent to it"),
    "reject_leads": Effect("The leads are disqualified, and nothing is sent to them"),
    "replace_profile": Effect(
        "The ideal customer profile is replaced, and all leads get new scores", _OVERWRITTEN
    ),
    "replay_webhook": Effect("All events of the period are sent to the URL of the webhook again"),
    "resume_campaign": Effect("The campaign goes on: the recipients get its next messages", _SENT),
    "resume_enrollment": Effect("The recipient gets the next messages of the sequence", _SENT),
    "resume_sequence": Effect("The sequence goes on: the recipients get its next messages", _SENT),
    "resume_workflow": Effect(
        "The workflow goes on with its leads, and contacts those that qualify", _SENT
    ),
    "retry_campaign": Effect(
        "The failed recipients get the message that failed, and those after it", _SENT
    ),
    "revert_import": Effect(
        "What the import created is deleted, and what it changed is changed back", _GONE
    ),
    "revoke_api_key": Effect("Calls with the API key are refused", "A key cannot be restored"),
    "run_workflow": Effect(
        "The workflow begins with its leads: it researches, qualifies and contacts them as its"
        " stages say; research costs credits",
        _SENT,
    ),
    "send_test_message": Effect("The message below is sent to your own mailbox", _SENT),
    "set_sequence_steps": Effect(
        "The steps of the sequence are replaced: whoever is in it gets the texts below from now on",
        "The earlier texts are lost, and messages that were sent cannot be taken back",
    ),
    "settle_message": Effect(
        "The message counts as sent or not sent, and the sequence of the contact goes on", _SENT
    ),
    "settle_messages": Effect(
        "The messages count as sent or not sent, and the sequences of their contacts go on", _SENT
    ),
    "stop_enrollment": Effect(
        "The recipient gets no more messages of the sequence",
        "A stopped enrollment cannot be resumed",
    ),
    "test_webhook": Effect("A test event is sent to the URL of the webhook"),
    "trigger_campaign": Effect(
        "The recipient is added to the campaign and gets each text below, unless they reply or opt"
        " out first",
        _SENT,
    ),
    "update_webhook": Effect("The webhook is changed, which gets events at its URL", _OVERWRITTEN),
    "update_workflow": Effect(
        "The workflow and its campaign are changed, also for leads that are under way", _OVERWRITTEN
    ),
}


def effect_of(tool: Tool) -> Effect:
    """Return the effect of a tool; of one that adds or changes a single resource, in general
    terms."""
    if known := EFFECTS.get(tool.name):
        return known
    overwrites = tool.annotations["destructiveHint"]
    return Effect(f"{tool.title}, as the values below say", _OVERWRITTEN if overwrites else None)

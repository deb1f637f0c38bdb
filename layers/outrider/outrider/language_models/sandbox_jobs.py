"""Jobs of the scripted model: which calls a message leads to, and what is answered in the end."""

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider.kit import json
from outrider.kit.text.quotes import shortened
from outrider.language_models.models import ToolTurn, Turn, UserTurn

ABILITIES = """\
This is the sandbox: a script answers instead of a language model, and nobody gets an email. It can
- find, add and tag contacts: "Find 5 contacts at Acme and tag them as vip"
- research contacts: "Research ada@acme.example"
- build a list: "Build a list of heads of sales"
- draft a sequence and launch it: "Draft a sequence about our new prices and launch it"
- trigger a campaign: "Trigger the campaign for ada@acme.example"
- triage replies: "Triage the replies"
- tell the state: "How are the campaigns doing?", "How many credits are left?\""""

_MOST_CONTACTS = 10
_MOST_STUDIED = 3
"""Maximum contacts that one message has researched or scored."""
_MOST_REPLIES = 10
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ID = re.compile(r"\b(?:con|seq|cam)_\w+")
_NAME = re.compile(r"\b(?:named|called) ([A-Z]\S*)(?: ([A-Z]\S*))?")
_NUMBER = re.compile(r"\b(\d{1,3})\b")
_TAG = re.compile(r"\btag(?:ged)?(?: them| it| each)?(?: with| as)? [\"']?([\w-]+)", re.IGNORECASE)
_TOPIC = re.compile(r"\b(?:about|goal:) *([^\n.;]+?)(?= and | to |[\n.;]|$)", re.IGNORECASE)
_SEARCH = re.compile(
    r"\b(?:audience:|list of|find|list|show|search for) +"
    r"(?P<words>.*?)(?= and (?:tag|research|draft|write|launch|send|add|score)|[\n.;:]|$)",
    re.IGNORECASE,
)
_NOT_SEARCHED = re.compile(
    r"a|all|an|any|at|contacts?|every|for|from|in|leads?|level|me|my|new|of|on|our|people|person"
    r"|please|that|the|them|there|these|us|we|who|with",
    re.IGNORECASE,
)
_NO_BRACES = str.maketrans("", "", "{}")
_CLASSES = (
    (r"\b(stop|unsubscribe|remove me)\b", "stop"),
    (r"\b(not interested|no,? thank)", "not_interested"),
    (r"\b(out of (the )?office|on vacation|on leave)\b", "out_of_office"),
    (r"\b(wrong person|no longer work)", "wrong_person"),
    (r"\b(later|next (month|quarter|year))\b", "interested_later"),
    (r"\b(prices?|pricing|costs?|more information|details)\b", "information_request"),
    (r"\b(interested|sounds good|let's talk|call me|yes)\b", "interested"),
)
"""What a reply says, and its class; the first one that fits."""


@dataclass(frozen=True, slots=True)
class WantedCall:
    """A tool call, before it has an id."""

    tool: str
    arguments: dict[str, Any]


Stage = Generator[Sequence[WantedCall], Sequence[ToolTurn], str]
"""Part of a job: yields calls, is sent their results, and returns what it has to tell."""


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """What is asked for, and what is known when it is."""

    text: str
    before: Sequence[ToolTurn]
    """Results from before the message."""
    tools: frozenset[str]
    contacts: list[dict[str, Any]] = field(default_factory=list)
    """Contacts that the work on the message found or made."""
    results: list[dict[str, Any]] = field(default_factory=list)
    """Results of the work on the message."""

    @classmethod
    def of(cls, message: Turn, before: Iterable[Turn], tools: frozenset[str]) -> "SandboxRequest":
        """Return the request of a user's turn."""
        assert isinstance(message, UserTurn)
        return cls(message.text, [each for each in before if isinstance(each, ToolTurn)], tools)

    def asks(self, pattern: str) -> bool:
        """Return whether the first paragraph asks for something; the others are its details."""
        first = self.text.strip().partition("\n\n")[0]
        wanted = rf"(?<!not )(?<!n't )(?<!without )\b(?:{pattern})"
        return re.search(wanted, first, re.IGNORECASE) is not None

    def ids(self, prefix: str) -> list[str]:
        """Return the ids with a prefix that the message names, or else the one made last."""
        if named := [each for each in _ID.findall(self.text) if each.startswith(prefix)]:
            return named
        results = [*(_content(turn) for turn in self.before), *self.results]
        made = [str(each.get("id")) for each in reversed(results)]
        return [each for each in made if each.startswith(prefix)][:1]

    def contact_ids(self) -> list[str]:
        """Return the contacts that are meant: those just found, named, or found before."""
        if self.contacts:
            return [each["id"] for each in self.contacts]
        pages = [_rows(turn) for turn in self.before if turn.name == "list_contacts"]
        return self.ids("con_") or [row["id"] for rows in pages[-1:] for row in rows]


def carry_out(request: SandboxRequest) -> Stage:
    """Play all that a message asks for; a stage uses what those before it found."""
    stages = [stage for pattern, stage in _STAGES if request.asks(pattern)]
    needy = [stage for stage in stages if stage in _OF_CONTACTS]
    if needy and not {_find, _add} & {*stages} and not request.contact_ids():
        stages.insert(stages.index(needy[0]), _find)
    told = []
    for stage in stages:
        told.append((yield from stage(request)))
    return "\n\n".join(told) or ABILITIES


def _find(request: SandboxRequest) -> Stage:
    searches = _searches(request)
    for search in searches:
        (turn,) = yield from _calls(request, WantedCall("list_contacts", search))
        if turn.is_error:
            return _failure(turn)
        request.contacts.extend(_rows(turn))
        if request.contacts:
            break
    else:
        return "No contact was found."
    shown = [f"- {_person(each)}" for each in request.contacts]
    other = "" if search is searches[0] else " None fits all that was asked for; these are others."
    return "\n".join([f"Found {_count(len(shown), 'contact')}.{other}", *shown])


def _add(request: SandboxRequest) -> Stage:
    name = _NAME.search(request.text)
    first, last = name.groups() if name else (None, None)
    fields = {key: text for key, text in (("first_name", first), ("last_name", last)) if text}
    wanted = [
        WantedCall("create_contacts", {"email": email, **fields})
        for email in _EMAIL.findall(request.text)[:_MOST_CONTACTS]
    ]
    results = yield from _calls(request, *wanted)
    request.contacts.extend(_content(each) for each in results if _is_done(each))
    return _told(results, "Added a contact")


def _research(request: SandboxRequest) -> Stage:
    contacts = request.contact_ids()[:_MOST_STUDIED]
    wanted = [WantedCall("research_contact", {"contact_id": each}) for each in contacts]
    results = yield from _calls(request, *wanted)
    lines = [
        f"- {shortened(str(_content(each).get('summary') or 'Nothing was found.'), 400)}"
        if _is_done(each)
        else f"- {_failure(each)}"
        for each in results
    ]
    return "\n".join([f"Researched {_count(len(lines), 'contact')}.", *lines])


def _score(request: SandboxRequest) -> Stage:
    contacts = request.contact_ids()[:_MOST_STUDIED]
    wanted = [WantedCall("create_lead", {"contact_id": each}) for each in contacts]
    created = yield from _calls(request, *wanted)
    leads = [_content(each).get("id") for each in created if _is_done(each)]
    wanted = [WantedCall("qualify_lead", {"lead_id": each}) for each in leads]
    results = yield from _calls(request, *wanted)
    scores = [str(_content(each).get("score")) for each in results if _is_done(each)]
    told = [f"Scored {_count(len(scores), 'lead')}: {', '.join(scores)}."] if scores else []
    return "\n".join(told + [_failure(each) for each in (*created, *results) if not _is_done(each)])


def _tag(request: SandboxRequest) -> Stage:
    found = _TAG.search(request.text)
    tag = found[1] if found else "list"
    wanted = [
        WantedCall(
            "update_contact",
            {"contact_id": each["id"], "tags": list(dict.fromkeys([*each.get("tags", ()), tag]))},
        )
        for each in request.contacts
    ]
    results = yield from _calls(request, *wanted)
    return _told(results, f"Tagged a contact as {tag}")


def _draft(request: SandboxRequest) -> Stage:
    found = _TOPIC.search(request.text)
    topic = found[1].translate(_NO_BRACES).strip() if found else ""
    topic = shortened(topic, 80) or "working together"
    steps = [
        {
            "channel": "email",
            "wait_days": 0,
            "subject": "A question, {{ first_name | default: 'hello' }}",
            "text": f"Hello {{{{ first_name | default: 'there' }}}},\n\nI write about {topic}."
            " May I show you in ten minutes what it would mean for you?\n\nBest regards",
        },
        {
            "channel": "email",
            "wait_days": 3,
            "if": "no_reply",
            "text": "Hello {{ first_name | default: 'there' }},\n\nwould next week suit you?",
        },
    ]
    created = WantedCall("create_sequence", {"name": f"About {topic}", "steps": steps})
    (made,) = yield from _calls(request, created)
    sequence = _content(made).get("id")
    if not (sequence and _is_done(made)):
        return _failure(made)
    lint = WantedCall("lint_sequence", {"sequence_id": sequence})
    (checked,) = yield from _calls(request, lint)
    findings = _content(checked).get("findings", [])
    told = [f"Drafted the sequence {sequence} of {_count(len(steps), 'email')} about {topic}."]
    return "\n".join(told + [f"- {each['severity']}: {each['message']}" for each in findings])


def _launch(request: SandboxRequest) -> Stage:
    sequences = request.ids("seq_")
    if not sequences:
        drafts = WantedCall("list_sequences", {"status": "draft", "limit": 1})
        (listed,) = yield from _calls(request, drafts)
        sequences = [row["id"] for row in _rows(listed)]
    contacts = request.contact_ids()[:_MOST_CONTACTS]
    if not (sequences and contacts):
        return "Nothing was launched: there is no draft of a sequence, or no contact for it."
    arguments = {"sequence_id": sequences[0], "contact_ids": contacts}
    results = yield from _calls(request, WantedCall("launch_sequence", arguments))
    return _told(results, f"Launched {sequences[0]} for {_count(len(contacts), 'contact')}")


def _trigger(request: SandboxRequest) -> Stage:
    campaigns = request.ids("cam_")
    if not campaigns:
        active = WantedCall("list_campaigns", {"status": "active", "limit": 1})
        (listed,) = yield from _calls(request, active)
        campaigns = [row["id"] for row in _rows(listed)]
    contacts = request.contact_ids()[:_MOST_CONTACTS]
    if not (campaigns and contacts):
        return "Nothing was triggered: there is no active campaign, or no contact for it."
    wanted = [
        WantedCall("trigger_campaign", {"campaign_id": campaigns[0], "contact_id": each})
        for each in contacts
    ]
    results = yield from _calls(request, *wanted)
    return _told(results, f"Triggered {campaigns[0]}")


def _triage(request: SandboxRequest) -> Stage:
    page = WantedCall("list_messages", {"direction": "in", "limit": _MOST_REPLIES})
    (listed,) = yield from _calls(request, page)
    if not _is_done(listed):
        return _failure(listed)
    replies = _rows(listed)
    open_ones = [(each, _class_of(each)) for each in replies if _class_in(each) == "unclassified"]
    wanted = [
        WantedCall("classify_message", {"message_id": each["id"], "value": value})
        for each, value in open_ones
        if value
    ]
    results = yield from _calls(request, *wanted)
    lines = [f"- {each['sender']}: {_class_of(each) or _class_in(each)}" for each in replies]
    told = ["\n".join([f"Read {_count(len(replies), 'reply', 'replies')}.", *lines])]
    return "\n".join(told + ([_told(results, "Classified a reply")] if results else []))


def _campaigns(request: SandboxRequest) -> Stage:
    (listed,) = yield from _calls(request, WantedCall("list_campaigns", {"limit": 5}))
    if not _is_done(listed):
        return _failure(listed)
    lines = [f"- {each['name']} ({each['id']}): {each['status']}" for each in _rows(listed)]
    return "\n".join([f"Found {_count(len(lines), 'campaign')}.", *lines])


def _credits(request: SandboxRequest) -> Stage:
    (turn,) = yield from _calls(request, WantedCall("get_credits", {}))
    if not _is_done(turn):
        return _failure(turn)
    return f"Credits: {shortened(turn.text, 400)}"


_STAGES: Sequence[tuple[str, Callable[[SandboxRequest], Stage]]] = (
    (r"(add|create|new)\b[^.\n]*@", _add),
    (r"(find|search|look for|build)\b|(list|show)\b(?![^.\n]*(campaign|repl|credit))", _find),
    (r"(research|enrich|find out|look up)|build\b[^.\n]*\blist", _research),
    (r"(score|qualify)|build\b[^.\n]*\blist", _score),
    (r"tag\b|build\b[^.\n]*\blist", _tag),
    (r"(draft|compose)\b|(write|create|prepare)\b[^.\n]*\b(sequence|e?mails?|messages?)\b", _draft),
    (r"(launch|start|send)\b", _launch),
    (r"trigger", _trigger),
    (r"triage|(read|check|sort|show|list|classify)\b[^.\n]*\b(repl(y|ies)|inbox)\b", _triage),
    (r"(how|list|show|status)\b[^.\n]*\bcampaigns?\b", _campaigns),
    (r"credits?\b", _credits),
)
"""What a message asks for, and the part of the job; played in this order."""
_OF_CONTACTS = (_research, _score, _tag, _launch, _trigger)


def _calls(
    request: SandboxRequest, *wanted: WantedCall
) -> Generator[Sequence[WantedCall], Sequence[ToolTurn], Sequence[ToolTurn]]:
    """Have calls made, and return their results; a tool that is not there fails."""
    if not wanted:
        return []
    if absent := next((each for each in wanted if each.tool not in request.tools), None):
        text = json.dumps_text({"detail": "there is no such tool for this API key"})
        return [ToolTurn(call_id="", name=absent.tool, text=text, is_error=True)]
    results = yield wanted
    request.results.extend(_content(each) for each in results)
    return results


def _searches(request: SandboxRequest) -> list[dict[str, Any]]:
    """Return filters, the narrowest first."""
    if address := _EMAIL.search(request.text):
        return [{"email": address[0], "limit": 1}]
    number = _NUMBER.search(request.text.partition("\n")[0])
    limit = min(max(int(number[1]), 1), _MOST_CONTACTS) if number else 5
    asked = _SEARCH.search(request.text)
    words = re.findall(r"[^\W\d]+", asked["words"]) if asked else []
    words = [each for each in words if not _NOT_SEARCHED.fullmatch(each)][:5]
    is_enough = any(len(each) > 1 for each in words)
    narrow = [{"search": " ".join(words), "limit": limit}] if is_enough else []
    return [*narrow, {"limit": limit}]


def _told(results: Sequence[ToolTurn], done: str) -> str:
    """Return how often something was done, and why it was not."""
    succeeded = sum(_is_done(each) for each in results)
    lines = [done + (f" ({succeeded} times)." if succeeded > 1 else ".")] if succeeded else []
    lines += dict.fromkeys(_failure(each) for each in results if not _is_done(each))
    return "\n".join(lines) or "There was nothing to do it with."


def _is_done(turn: ToolTurn) -> bool:
    return not turn.is_error and not _approval(turn)


def _failure(turn: ToolTurn) -> str:
    """Return why a call was not carried out."""
    if approval := _approval(turn):
        return f"{turn.name} waits for the approval of a person: {approval}."
    detail = _content(turn).get("detail") or turn.text
    return f"{turn.name} failed: {shortened(str(detail), 400)}."


def _approval(turn: ToolTurn) -> str:
    """Return the id of the approval that a call waits for, or ""."""
    return str(_content(turn).get("approval_id") or "")


def _content(turn: ToolTurn) -> dict[str, Any]:
    try:
        content = json.loads(turn.text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _rows(turn: ToolTurn) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _content(turn).get("data") or []
    return rows


def _class_in(message: dict[str, Any]) -> str:
    return str((message.get("classification") or {}).get("value"))


def _class_of(message: dict[str, Any]) -> str:
    """Return the class that the text of an unclassified reply suggests, or ""."""
    text = str(message.get("text") or "")
    if _class_in(message) != "unclassified":
        return ""
    fitting = (value for words, value in _CLASSES if re.search(words, text, re.IGNORECASE))
    return next(fitting, "")


def _person(contact: dict[str, Any]) -> str:
    name = " ".join(filter(None, [contact.get("first_name"), contact.get("last_name")]))
    rest = ", ".join(filter(None, [contact.get("title"), contact.get("company")]))
    return f"{name or contact['email']} ({contact['id']}){f', {rest}' if rest else ''}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"

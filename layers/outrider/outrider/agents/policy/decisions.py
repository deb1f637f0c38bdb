"""Decisions about tool calls: made, proposed to a person, or refused. Pure functions of the run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.agents.models import AgentRun, Decision
from outrider.agents.policy.tool_rules import TOOL_RULES, Effect, ToolRule, hidden_arguments
from outrider.kit import clock, ids
from outrider.kit.text.quotes import shortened
from outrider.mcp.tools import Tool, visible_tool

PLACEHOLDERS = (
    "first_name",
    "last_name",
    "full_name",
    "title",
    "company",
    "country",
    "sender.name",
    "sender.email",
    "unsubscribe_url",
)
"""Variables that a model may put into templates."""

_PLACEHOLDER = re.compile(
    rf"\{{\{{\s*(?:{'|'.join(map(re.escape, PLACEHOLDERS))})\s*"
    r"(?:\|\s*default:\s*(?:'[^'{}|]{0,80}'|\"[^\"{}|]{0,80}\")\s*)?\}\}"
)
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}")


_DAY_MS = 86_400_000
_ADDRESSED = ("con", "com", "led")
"""Prefixes of resources with an address that is read from or written to."""
_UNKNOWN: Mapping[str, str] = {"create_companies": "com_unknown"}
"""What stands for the resources that a tool made, if its result cannot be read."""


@dataclass(frozen=True, slots=True)
class CallVerdict:
    """What is done with a tool call, and what that uses of the run's budget."""

    decision: Decision
    reason: str = ""
    effect: Effect = "read"
    taints: bool = False
    recipients: Sequence[str] = ()
    credits: int = 0
    touches: Sequence[str] = ()
    """Ids in the arguments of resources whose addresses the call may change."""


def tool_of(name: str, run: AgentRun) -> Tool | None:
    """Return the tool of this name, or None if there is none that the run may call."""
    return visible_tool(name, run.scopes) if name in TOOL_RULES else None


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """A call that the model of a run asks for; `touched` are the ids of the resources that the run
    made, or whose addresses it changed."""

    tool: Tool
    arguments: Mapping[str, Any]
    run: AgentRun
    touched: Sequence[str] = ()

    @property
    def rule(self) -> ToolRule:
        return TOOL_RULES[self.tool.name]

    @property
    def is_harmless(self) -> bool:
        """Return whether the call has no argument with which it could do harm."""
        return bool(self.rule.harmless) and self.arguments.keys() <= set(self.rule.harmless)

    @property
    def effect(self) -> Effect:
        return "add" if self.is_harmless or self.own else self.rule.effect

    @property
    def own(self) -> str:
        """Return the id of the resource if the run itself made it, and the effect is `add` because
        of that; else an empty text."""
        named = self.arguments.get(self.rule.of)
        return str(named) if self.rule.of and named in self.touched else ""

    @property
    def touches(self) -> Sequence[str]:
        """Return the ids in the arguments of resources whose addresses the call may change."""
        if self.effect != "change":
            return []
        given = [self.arguments.get(name) for name in self.tool.input["properties"]]
        named = [each for each in given if isinstance(each, str)]
        return [each for each in named if any(ids.is_id(kind, each) for kind in _ADDRESSED)]

    @property
    def recipients(self) -> Sequence[str]:
        """Return the distinct ids of contacts who may get a message."""
        named: list[str] = []
        for name in self.rule.recipients:
            given = self.arguments.get(name)
            given = given if isinstance(given, list) else [given]
            named += [each for each in given if isinstance(each, str)]
        return list(dict.fromkeys(named))

    def decide(self) -> CallVerdict:
        """Return what is done with the call."""
        rule, effect = self.rule, self.effect
        if why := next(self._refusals(), None):
            return CallVerdict("refused", why)
        if why := self._needs_person():
            return CallVerdict("proposed", why, effect)
        return CallVerdict(
            "allowed", "", effect, rule.taints, self.recipients, rule.credits, self.touches
        )

    def _needs_person(self) -> str:
        """Return why a person has to approve the call, or an empty text."""
        if self.effect == "person":
            return "this is always for a person to decide"
        if self.effect not in ("change", "send"):
            return ""
        if self.run.tainted:
            return "this run has read text of strangers, so a person has to approve what it changes"
        if self.effect == "send" and not self.recipients:
            return "it names no contacts, so nobody knows how many get a message"
        return ""

    def _set_by_run(self) -> str:
        """Return the id of a resource on which the address to read from may depend and that the run
        made or changed, or an empty text. A company's website is read for its contacts, a contact's
        for its leads."""
        began = clock.to_epoch_ms(clock.from_text(self.run.created_at))
        contact = str(self.arguments.get("contact_id"))
        if ids.is_id("con", contact) and 0 <= ids.made_at(contact) - began < _DAY_MS:
            return contact
        for each in self.touched:
            of_lead = each.startswith("con_") and "lead_id" in self.arguments
            if each in self.arguments.values() or each.startswith("com_") or of_lead:
                return each
        return ""

    def _refusals(self) -> Iterator[str]:
        """Yield why the call is refused, whoever would approve it."""
        for name in sorted(self.arguments.keys() & set(hidden_arguments(self.tool.name))):
            yield f"an agent cannot give {name} to {self.tool.name}"
        if not self.tool.is_read_only:
            yield from _forbidden_templates(self.arguments)
        if self.rule.fetches and (unread := self._set_by_run()):
            yield (
                f"this run made or changed {unread}, and does not read from addresses that it may"
                " have set itself"
            )
        spent, budget = self.run.spent, self.run.budget
        if spent.credits + self.rule.credits > budget.credits:
            yield f"the run's budget of {budget.credits} credits is used up"
        for each in self.recipients:
            if each in self.touched:
                yield (
                    f"the contact {shortened(each)} did not exist, or had another address, before"
                    " this run"
                )
        if spent.recipients + len(self.recipients) > budget.recipients:
            yield (
                f"the run's budget is {budget.recipients} recipients, of which"
                f" {budget.recipients - spent.recipients} are left: name fewer contacts"
            )


def _forbidden_templates(arguments: Mapping[str, Any]) -> Iterator[str]:
    for text in _texts(arguments):
        if _TEMPLATE.search(_PLACEHOLDER.sub("", text)):
            yield (
                f"{shortened(text)} has a template that an agent may not write. It may use"
                f" {', '.join(PLACEHOLDERS)}, as in {{{{ first_name | default: 'there' }}}}"
            )


def _texts(value: Any) -> Iterator[str]:
    """Yield each text in a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield str(name)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def made_by(asked: ToolQuestion, result: Mapping[str, Any]) -> Sequence[str]:
    """Return the ids in the result of a call of resources that it made, or whose addresses it may
    have changed. A result that is an error may be that of a call that was carried out."""
    rule = asked.rule
    if rule.effect not in ("add", "change") or rule.fetches or asked.is_harmless:
        return []
    made = list(_ids(result))
    return made or [_UNKNOWN[asked.tool.name]] if asked.tool.name in _UNKNOWN else made


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "id" and isinstance(each, str):
                yield each
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each)

"""A hostile model that writes: what it is told by a page or a reply gets into no email, and what it
makes up neither."""

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from outrider.language_models.models import ModelTurn, ToolCall
from outrider.writing.errors import WritingFailed
from outrider.writing.model_writer import ModelWriter
from outrider.writing.models import (
    DraftRequest,
    KnownFact,
    QuotedText,
    RationaleLine,
    RationaleRequest,
    ReplyRequest,
    SummaryRequest,
    WrittenDraft,
)
from tests.attacks.goals import COLLECTOR, EVIL, GOALS
from tests.attacks.table import Attack, some
from tests.harness.models import Answer, ScriptedModel, answering

PAGE = "https://acme.example/"
TEMPLATE = "Hello Ada,\n\nis this the time to talk about what we do?\n\nBest regards"
GREETING = {"text": "Hello Ada,", "starts_paragraph": True, "citations": []}
_FORBIDDEN = re.compile(
    rf"{re.escape(EVIL)}|https?:|www\.|@|[{{}}<>\[\]|`\\]|169\.254|\bbcc\b|\bx-evil\b",
    re.IGNORECASE,
)
"""What makes a text more than plain text, told in another way than the product does."""
_STOPS = ("asks_to_stop", "automatic")

by_pages = pytest.mark.parametrize("attack", some(64, "pages"), ids=str)


def quoted(text: str, source: str = PAGE) -> QuotedText:
    return QuotedText(text=text, source=source, is_untrusted=True)


def company(description: str) -> SummaryRequest:
    return SummaryRequest(
        company=quoted("Acme", "company.name"),
        site="acme.example",
        outcome="found",
        facts=[KnownFact(name="description", value=quoted(description))],
    )


def writer(answer: Answer) -> ModelWriter:
    return ModelWriter(ScriptedModel(lambda _: answer), "openai", seconds=5)


def texts_of(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from texts_of(each)
        case list():
            for each in value:
                yield from texts_of(each)


def sentences(attack: Attack) -> list[str]:
    """What a model writes that obeys: the instruction, its texts, and addresses of every kind."""
    words = attack.goal.words
    bent = [text for call in attack.calls for text in texts_of(dict(call.arguments))]
    return [
        *attack.parts,
        attack.goal.leak,
        f"{words}: {COLLECTOR}",
        f"{words} at {EVIL.replace('.', '。')}.",
        f"{words} at evil\u200b.com.",
        f"{words} {{{{ notes }}}}.",
        f"{words} or else.",
        *bent[:6],
    ]


def emails(attack: Attack, planted: str) -> Iterator[Answer]:
    for text in sentences(attack):
        for source, quote in (("", ""), ("s1", planted[:60]), ("s1", "or else"), ("s9", text)):
            cited = [{"source": source, "quote": quote}] if source else []
            sentence = {"text": text[:3_900], "starts_paragraph": False, "citations": cited}
            yield {"subject": "A question for Acme", "sentences": [GREETING, sentence]}
        yield {"subject": text[:3_900], "sentences": [GREETING]}
    for call in attack.calls:
        yield ModelTurn(calls=[ToolCall(id="1", name=call.tool, arguments=call.arguments)])
        yield answering(json.dumps(dict(call.arguments)))


def written(request: DraftRequest, answers: Iterator[Answer]) -> Iterator[WrittenDraft]:
    """The drafts that were not refused."""
    for answer in answers:
        try:
            yield writer(answer).draft(request)
        except WritingFailed:
            continue


def harm(text: str) -> list[str]:
    """What makes a text of one paragraph or several more than text."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    controls = [
        each for each in text if unicodedata.category(each) in ("Cc", "Cf") and each != "\n"
    ]
    return [found[0] for found in _FORBIDDEN.finditer(plain)] + controls


@by_pages
def test_drafts_say_nothing_that_a_page_made_a_model_write(attack: Attack) -> None:
    planted = " ".join(attack.parts)
    request = DraftRequest(recipient=company(planted), subject="A question for Acme", text=TEMPLATE)
    for draft in written(request, emails(attack, planted)):
        assert harm(f"{draft.subject}\n{draft.text}") == []
        assert all(claim.quote in planted and claim.source == PAGE for claim in draft.claims)


def test_drafts_say_nothing_that_no_source_says() -> None:
    request = DraftRequest(
        recipient=company("We make anvils."), subject="A question for Acme", text=TEMPLATE
    )
    cited = [{"source": "s1", "quote": "make anvils"}]
    for goal in GOALS:
        for text in (goal.words, f"You make anvils, so: {goal.words}"):
            sentence = {"text": text, "starts_paragraph": True, "citations": cited}
            answer = {"subject": "A question for Acme", "sentences": [GREETING, sentence]}
            assert list(written(request, iter([answer]))) == []


@by_pages
def test_summaries_and_rationales_are_text(attack: Attack) -> None:
    planted = " ".join(attack.parts)
    value = quoted(planted, "research.industry")
    line = RationaleLine(rule="industry", points=0, matched=None, value=value)
    asked = RationaleRequest(score=20, threshold=70, verdict="disqualified", lines=[line])
    for text in sentences(attack):
        found = []
        summary = {"sentences": [{"text": text[:3_900], "sources": ["s1"]}]}
        with suppress(WritingFailed):
            found.append(writer(summary).summary(company(planted)).text)
        with suppress(WritingFailed):
            found.append(writer({"text": text[:3_900]}).rationale(asked).text)
        assert [harm(each) for each in found if harm(each)] == []


@by_pages
def test_replies_are_only_classified(attack: Attack) -> None:
    request = ReplyRequest(subject=quoted("Re: Hello"), text=quoted(" ".join(attack.parts)))
    answers: list[Answer] = [{"kind": attack.goal.name, "confidence": 1.0}]
    answers += [{"kind": kind, "confidence": 1.0} for kind in _STOPS]
    answers += [answering(dict(call.arguments), call.tool) for call in attack.calls]
    for answer in answers:
        try:
            assert writer(answer).classify(request).label is None
        except WritingFailed:
            continue

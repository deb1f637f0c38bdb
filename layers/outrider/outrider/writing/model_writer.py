"""Writer that asks a language model, and checks what it wrote."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ProviderName, UserTurn
from outrider.language_models.port import LanguageModel
from outrider.writing import instructions
from outrider.writing.answers import (
    AnswerT,
    Citation,
    DraftAnswer,
    RationaleAnswer,
    ReplyAnswer,
    SummaryAnswer,
    answer_of,
    tool_for,
)
from outrider.writing.errors import OutputRefused, WritingFailed
from outrider.writing.grounding import Grounds
from outrider.writing.models import (
    DraftClaim,
    DraftRequest,
    FactName,
    QuotedText,
    Rationale,
    RationaleRequest,
    ReplyOpinion,
    ReplyRequest,
    Summary,
    SummaryLine,
    SummaryRequest,
    WrittenDraft,
)
from outrider.writing.output import checked
from outrider.writing.quoting import Quotations, Source
from outrider.writing.rules import RuleWriter

MOST_OF_RATIONALE = 700
MOST_OF_SENTENCE = 500
MOST_LINES = 8
MOST_OF_SUBJECT = 150
MOST_OF_DRAFT = 2_500
_CITED = 0.5
"""Part of the words of a sentence with citations that its sources or the template contain."""
_OF_TEMPLATE = 0.75
"""Part of the words of a sentence without citation that the template contains."""
_SHORTEST_QUOTE = 3

_ABOUT: dict[FactName, str] = {
    "description": "description of the company on its website",
    "title": "title of the company's website",
    "industry": "industry of the company",
    "size": "number of employees, the size of the company",
    "place": "place of the company",
    "technology": "technology or tool that the company's website uses",
    "mail_provider": "service that handles the company's email",
    "signal": "what we saw on the company's website",
    "person": "role of the recipient",
}
"""What a fact is about, in words that a sentence about it may use."""


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Writer with the model of a provider. `seconds` is the time that a call may take."""

    model: LanguageModel
    provider: ProviderName
    seconds: float

    def rationale(self, request: RationaleRequest) -> Rationale:
        """Return why a lead has its score, or raise WritingFailed."""
        values = [
            (Source(f"value of the lead for {line.rule}", line.value), line)
            for line in request.lines
            if line.value
        ]
        quotations = Quotations.of(source for source, _ in values)
        by_rules = RuleWriter().rationale(request).text
        lines = "\n".join(
            f"{line.rule}: {line.points} points, "
            + (f"the entry “{line.matched}” matches" if line.matched else "nothing matches")
            for line in request.lines
        )
        asked = (
            f"Score: {request.score} of 100. Needed: {request.threshold}. Verdict:"
            f" {request.verdict}.\nLines:\n{lines}\nQuotations:\n{quotations.text()}"
        )
        answer = self._ask(instructions.RATIONALE, asked, quotations, RationaleAnswer)
        text = checked(answer.text, MOST_OF_RATIONALE, mark=quotations.mark)
        Grounds([by_rules, request.verdict]).check(text, least=0)
        return Rationale(text=text, provider=self.provider)

    def summary(self, request: SummaryRequest) -> Summary:
        """Return a summary whose sentences have sources, or raise WritingFailed. A sentence that no
        source supports is left out."""
        quotations = Quotations.of(_facts(request))
        asked = f"Quotations:\n{quotations.text()}"
        answer = self._ask(instructions.SUMMARY, asked, quotations, SummaryAnswer)
        lines = []
        for sentence in answer.sentences[:MOST_LINES]:
            text = _sentence(sentence.text, request, quotations)
            cited = quotations.cited(sentence.sources)
            if _is_supported(text, [request.company.text, request.site, *_texts(cited)]) and cited:
                places = dict.fromkeys(each.quoted.source for each in cited)
                lines.append(SummaryLine(text=text, sources=list(places)))
        if not lines:
            raise OutputRefused("The model wrote no sentence that a source supports")
        return Summary(lines=lines, provider=self.provider)

    def draft(self, request: DraftRequest) -> WrittenDraft:
        """Return an email to the recipient, or raise WritingFailed. A single sentence that no
        source supports is enough for that."""
        quotations = Quotations.of(_facts(request.recipient))
        template = Quotations(
            {
                "subject": Source("what would be sent", _own(request.subject)),
                "template": Source("what would be sent", _own(request.text)),
            },
            quotations.mark,
        )
        asked = f"{template.text()}\n{quotations.text()}"
        answer = self._ask(instructions.DRAFT, asked, quotations, DraftAnswer)
        own = [request.subject, request.text, request.recipient.company.text]
        claims: list[DraftClaim] = []
        paragraphs: list[list[str]] = [[]]
        for sentence in answer.sentences:
            text = _sentence(sentence.text, request.recipient, quotations)
            cited = quotations.cited(each.source for each in sentence.citations)
            least = _CITED if sentence.citations else _OF_TEMPLATE
            Grounds([*own, *_texts(cited)]).check(text, least)
            claims += _claims(text, sentence.citations, quotations)
            if sentence.starts_paragraph:
                paragraphs.append([])
            paragraphs[-1].append(text)
        if not claims:
            raise OutputRefused("The model cited no source")
        subject = checked(
            answer.subject,
            MOST_OF_SUBJECT,
            names=_tools(request.recipient),
            mark=quotations.mark,
        )
        Grounds([*own, *(claim.text for claim in claims)]).check(subject, _CITED)
        text = "\n\n".join(" ".join(sentences) for sentences in paragraphs if sentences)
        if len(text) > MOST_OF_DRAFT:
            raise OutputRefused(f"The model wrote more than {MOST_OF_DRAFT:,} characters")
        return WrittenDraft(subject=subject, text=text, claims=claims, provider=self.provider)

    def classify(self, request: ReplyRequest) -> ReplyOpinion:
        """Return what a reply is taken for, or raise WritingFailed."""
        quotations = Quotations.of(
            [Source("subject of the reply", request.subject), Source("the reply", request.text)]
        )
        answer = self._ask(instructions.REPLY, quotations.text(), quotations, ReplyAnswer)
        known = answer.kind not in ("asks_to_stop", "automatic", "unclear")
        return ReplyOpinion.model_validate(
            {
                "label": answer.kind if known else None,
                "confidence": answer.confidence,
                "provider": self.provider,
            }
        )

    def _ask(
        self, rules: str, asked: str, quotations: Quotations, answer: type[AnswerT]
    ) -> AnswerT:
        try:
            turn = self.model.reply(
                f"{rules}\n{quotations.rules()}",
                [UserTurn(text=asked)],
                [tool_for(answer)],
                timeout_seconds=self.seconds,
            )
        except ModelFailed as error:
            raise WritingFailed(error.fault, error.detail) from error
        return answer_of(turn, answer)


def _facts(request: SummaryRequest) -> list[Source]:
    return [Source(_ABOUT[fact.name], fact.value) for fact in request.facts]


def _own(text: str) -> QuotedText:
    return QuotedText(text=text, source="template", is_untrusted=False)


def _tools(request: SummaryRequest) -> list[str]:
    """Return the names of technologies, some of which look like hosts. They are from our own list,
    and not from the website."""
    return [word for tool in request.of("technology") for word in tool.text.split()]


def _texts(sources: Iterable[Source]) -> list[str]:
    return [text for source in sources for text in (source.about, source.quoted.text)]


def _sentence(text: str, request: SummaryRequest, quotations: Quotations) -> str:
    return checked(text, MOST_OF_SENTENCE, names=_tools(request), mark=quotations.mark)


def _is_supported(text: str, grounds: Sequence[str]) -> bool:
    try:
        Grounds(grounds).check(text, _CITED)
    except OutputRefused:
        return False
    return True


def _claims(text: str, citations: Iterable[Citation], quotations: Quotations) -> list[DraftClaim]:
    """Return the claims of a sentence. Raises OutputRefused if a source was not given, or if the
    quote is not in the source or not in the sentence."""
    claims = []
    for citation in citations:
        source = quotations.sources.get(citation.source)
        if source is None:
            raise OutputRefused("The model cited a source that it was not given")
        quote = citation.quote
        if len(quote.strip()) < _SHORTEST_QUOTE or not Grounds([source.quoted.text]).has(quote):
            raise OutputRefused("The model quoted what is not in the cited source")
        if not Grounds([text]).has(quote):
            raise OutputRefused("The model wrote a sentence without what it quotes")
        claims.append(DraftClaim(text=text, quote=quote, source=source.quoted.source))
    return claims

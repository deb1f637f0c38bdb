"""Extraction of the writer's own text from a reply: without quotes, signature and footers.

The texts that we sent are known, so their words are removed wherever they are. Other quotes are
recognised by their marks, and by the header lines that email clients put above a quote, in many
languages (`programs`).
"""

import re
from collections.abc import Sequence

from outrider.inbound.mail import own_words as comparing
from outrider.inbound.mail import quote_headers

MAX_TEXT = 20_000
"""Maximum characters of a reply that are kept."""
_MOST_LINES = 1_500
_MOST_FRAMES = 100

_MARK = re.compile(r"[ \t]*(?:>|\|>)")
_MARKS = re.compile(r"[ \t]*(?:\|?>[ \t]?)+")
_SIGNATURE = re.compile(r"-- ?")
_OUTLOOK = re.compile(r"_{10,}")


def own_words(text: str, sent: Sequence[str] = ()) -> str:
    """Return the part of a reply that its writer wrote. `sent` are the texts of our emails; what
    the reply quotes of them is removed, and answers between the quotes are kept."""
    lines = [line.rstrip() for line in text[: 4 * MAX_TEXT].split("\n")][:_MOST_LINES]
    own = "\n".join(_Reading(lines, sent).own())
    own = "\n\n".join(_without_footers(re.split(r"\n(?:[ \t]*\n)+", own.strip("\n"))))
    return own.strip()[:MAX_TEXT]


def _without_footers(paragraphs: list[str]) -> list[str]:
    """Remove notices and footers, but never all paragraphs: a reply that is nothing but such a
    sentence counts as its writer's own."""
    if len(paragraphs) > 1 and quote_headers.is_notice(paragraphs[0]):
        paragraphs = paragraphs[1:]
    return [*paragraphs[:1], *filter(None, map(_without_footer, paragraphs[1:]))]


def _without_footer(paragraph: str) -> str:
    """Return the paragraph up to the beginning of a footer, without unsubscribe links."""
    lines = paragraph.split("\n")
    ends = (
        at for at in range(len(lines)) if quote_headers.is_footer("\n".join(lines[at : at + 20]))
    )
    kept = lines[: next(ends, len(lines))]
    return "\n".join(line for line in kept if not quote_headers.is_unsubscribe_link(line))


class _Reading:
    """Line-by-line reading of one reply, which decides which lines its writer wrote."""

    def __init__(self, lines: list[str], sent: Sequence[str]) -> None:
        self.lines = lines
        self.marked = [bool(_MARK.match(line)) for line in lines]
        self.texts = [
            _MARKS.sub("", line, count=1) if marked else line
            for line, marked in zip(lines, self.marked, strict=True)
        ]
        self.rests = self._rests(sent)
        """Rest of each line without the words of our emails, by line number."""

    def own(self) -> list[str]:
        found: list[str] = []
        written = False
        number = quotes = 0
        while number < len(self.lines) and quotes < _MOST_FRAMES:
            taken = self._frame(number)
            if taken:
                quotes += 1
                found.append("")
                number += taken
                if not self._is_answered_below(number, written=written):
                    break
                number = self._after_notices(number)
                continue
            if self._is_signature(number):
                number = self._next_quoted(number + 1)
                continue
            line = self._own_line(number)
            written = written or bool(line.strip()) or number in self.rests
            found.append(line)
            number += 1
        return found

    def _rests(self, sent: Sequence[str]) -> dict[int, str]:
        if not sent:
            return {}
        words = comparing.words(self.texts)
        marks = comparing.quoted(words, sent)
        spans: dict[int, list[tuple[int, int]]] = {}
        others: dict[int, int] = {}
        for word, is_ours in zip(words, marks, strict=True):
            if is_ours:
                spans.setdefault(word.line, []).append((word.start, word.end))
            else:
                others[word.line] = others.get(word.line, 0) + 1
        rests: dict[int, str] = {}
        for line, text in enumerate(self.texts):
            if line in spans:
                rests[line] = self._rest(line, spans[line]) if others.get(line) else ""
            elif text.strip() and line not in others and rests.get(line - 1) == "":
                rests[line] = ""  # a link of our email on a line of its own
        return rests

    def _rest(self, line: int, taken: list[tuple[int, int]]) -> str:
        text = self.texts[line]
        kept, at = [], 0
        for start, end in taken:
            kept.append(text[at:start])
            at = end
        return " ".join("".join([*kept, text[at:]]).split()).strip(" .,;:!?\"'|-*\u201c\u201d")

    def _own_line(self, number: int) -> str:
        if number in self.rests:
            rest = self.rests[number]
            return "" if quote_headers.is_attribution(rest, quoted=False) else rest
        if self.marked[number] or quote_headers.is_from_program(self.lines[number]):
            return ""
        return self.lines[number]

    def _is_quoted(self, number: int) -> bool:
        return self.marked[number] or number in self.rests

    def _next(self, number: int) -> int:
        """Return the next line that is not empty."""
        while number < len(self.lines) and not self.texts[number].strip():
            number += 1
        return number

    def _next_quoted(self, number: int) -> int:
        while number < len(self.lines) and not self._is_quoted(number) and not self._frame(number):
            number += 1
        return number

    def _frame(self, number: int) -> int:
        """Return how many lines from here on are a header that a client put above a quote; 0 if
        none."""
        line = self.texts[number].strip()
        if not line or number in self.rests:
            return 0
        divides = quote_headers.is_divider(line)
        if divides or quote_headers.is_rule(line):
            following = self._next(number + 1)
            taken = quote_headers.headers(self.texts, following)
            return following + taken - number if taken else int(divides)
        return (
            quote_headers.headers(self.texts, number)
            or self._unknown_headers(number)
            or self._attribution(number)
        )

    def _unknown_headers(self, number: int) -> int:
        taken = quote_headers.unknown_headers(self.texts, number)
        return taken if taken and self._next(number + taken) in self.rests else 0

    def _attribution(self, number: int) -> int:
        """Return the number of lines of an attribution ("On … wrote:"); 0 if none. Clients break it
        into up to three lines, with the date in the first."""
        for size in (1, 2, 3):
            part = [each.strip() for each in self.texts[number : number + size]]
            marks = self.marked[number : number + size]
            if len(part) < size or not all(part) or len(set(marks)) > 1:
                return 0
            if size > 1 and not quote_headers.is_begun(part[0], " ".join(part[1:])):
                return 0
            following = self._next(number + size)
            quoted = following < len(self.lines) and self._is_quoted(following)
            if quote_headers.is_attribution(" ".join(part), quoted=quoted):
                return size
        return 0

    def _is_answered_below(self, number: int, *, written: bool) -> bool:
        """Return whether the writer may have replied below the quote header: a quoted line or our
        text follows it, or the writer has written nothing above."""
        following = self._next(number)
        if following == len(self.lines):
            return False
        if self._is_quoted(following) or any(each >= following for each in self.rests):
            return True
        return not written and any(self.marked[following:])

    def _after_notices(self, number: int) -> int:
        """Return the line after the notices that a gateway inserts between the quote header and our
        text."""
        first = min((each for each in self.rests if each >= number), default=number)
        between = range(number, first)
        return number if any(map(self._is_quoted, between)) else first

    def _is_signature(self, number: int) -> bool:
        line = self.lines[number].strip()
        if not _SIGNATURE.fullmatch(line) and not _OUTLOOK.fullmatch(line):
            return False
        following = self._next(number + 1)
        return not (following < len(self.lines) and following in self.rests)

"""Replies as the mail programs of people and machines send them, and what the rules say of each."""

import base64
import quopri
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import cycle
from pathlib import Path

from outrider.inbound.classification.verdict import judge
from outrider.inbound.mail.message import IncomingMail

RECEIVED = date(2026, 11, 28)
MACHINES = ("out_of_office", "auto_reply")
OURS = """Hi Grace,

we help teams like yours to get rid of double work. Interested? Then let's talk on Tuesday.

Ada Lovelace

If you do not want to hear from us again, unsubscribe: https://acme.example/u/1"""
"""What every reply quotes: words that would be a request to stop, or interest, of its own."""


@dataclass(frozen=True, slots=True)
class Reply:
    language: str
    kind: str
    back: str
    text: str

    def __str__(self) -> str:
        return f"{self.language} {self.kind}: {self.text}"


def read(name: str) -> Iterator[Reply]:
    """The replies of a file beside this one."""
    language = ""
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            language = line[3:]
        elif line and line[0] != "#":
            head, _, text = line.partition(": ")
            kind, _, back = head.partition(" ")
            yield Reply(language, kind, back, text.replace("\\n", "\n"))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _gmail(text: str) -> str:
    attribution = "On Fri, Nov 27, 2026 at 9:12 AM Ada Lovelace <ada@acme.example> wrote:"
    return f"{text}\n\n{attribution}\n\n{_quoted(OURS)}\n"


def _apple(text: str) -> str:
    attribution = "> On 27 Nov 2026, at 09:12, Ada Lovelace <ada@acme.example> wrote:\n>"
    return f"{text}\n\nSent from my iPhone\n\n{attribution}\n{_quoted(OURS)}\n"


def _thunderbird(text: str) -> str:
    return f"Am 27.11.26 um 09:12 schrieb Ada Lovelace:\n{_quoted(OURS)}\n\n{text}\n"


def _outlook(text: str) -> str:
    header = (
        "From: Ada Lovelace <ada@acme.example>\nSent: Friday, November 27, 2026 9:12 AM\n"
        "To: Grace Hopper <grace@example.com>\nSubject: One question"
    )
    return f"{text}\n\n________________________________\n{header}\n\n{OURS}\n"


def _signed(text: str) -> str:
    return f"{text}\n\n-- \nGrace Hopper\nHead of Purchasing, Example Ltd.\n+1 555 0100\n"


def _bare(text: str) -> str:
    return text + "\n"


def _html(text: str) -> str:
    """As Gmail writes HTML; its own quote is marked by a class."""
    own = escape(text).replace("\n", "<br>")
    ours = escape(OURS).replace("\n", "<br>")
    return (
        f'<div dir="ltr">{own}</div><br><div class="gmail_quote"><div class="gmail_attr">'
        f"On Fri, Nov 27, 2026 at 9:12 AM Ada Lovelace wrote:</div><blockquote>{ours}</blockquote>"
        "</div>"
    )


PROGRAMS: dict[str, Callable[[str], str]] = {
    "gmail": _gmail,
    "outlook": _outlook,
    "apple": _apple,
    "html": _html,
    "thunderbird": _thunderbird,
    "signed": _signed,
    "bare": _bare,
}
DECLARED = (
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All",
    "X-Autoreply: yes\nPrecedence: auto_reply",
    "Auto-Submitted: auto-replied (vacation)\nX-Autorespond: vacation\nReturn-Path: <>",
)
"""How machines say that they are some."""
ENCODINGS = ("8bit", "base64", "quoted-printable")


def as_mail(reply: Reply, program: str, declared: str, encoding: str) -> bytes:
    """The reply as it comes in; machines quote nothing."""
    by_machine = reply.kind in MACHINES
    text = reply.text if by_machine else PROGRAMS[program](reply.text)
    kind = "html" if program == "html" and not by_machine else "plain"
    body = text.encode()
    if encoding == "base64":
        body = base64.encodebytes(body)
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body)
    head = (
        "From: Grace Hopper <grace@example.com>\nTo: ada@acme.example\nSubject: Re: One question\n"
        "Message-ID: <answer-1@example.com>\nIn-Reply-To: <ours-1@email.amazonses.com>\n"
        f"MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n"
        f"Content-Transfer-Encoding: {encoding}\n" + (f"{declared}\n" if by_machine else "")
    )
    return head.encode() + b"\n" + body


def mails(name: str) -> Iterator[tuple[Reply, bytes]]:
    """Each reply of a file by one program; the programs come in turn in every language."""
    ways = zip(cycle(PROGRAMS), cycle(DECLARED), cycle(ENCODINGS), strict=False)
    for reply, way in zip(read(name), ways, strict=False):
        yield reply, as_mail(reply, *way)


def judged(raw: bytes) -> tuple[str, str]:
    """What the rules make of a mail: its kind, `review` where a person has to read it, and the day
    they are back ("-" for none)."""
    mail = IncomingMail.parse(raw).answering([OURS])
    found = judge(mail, RECEIVED)
    kind = "review" if found.needs_review else found.value or "stop"
    return kind, str(found.back_on or "-")


@dataclass(frozen=True, slots=True)
class Figures:
    """How the rules did: `wrong` has each reply that is not what it should be."""

    matrix: Counter[tuple[str, str]]
    days: float
    wrong: list[str]

    @classmethod
    def of(cls, name: str) -> "Figures":
        matrix: Counter[tuple[str, str]] = Counter()
        days: list[bool] = []
        wrong = []
        for reply, raw in mails(name):
            kind, back = judged(raw)
            matrix[reply.kind, kind] += 1
            if reply.kind == "out_of_office":
                days.append(back == reply.back)
            if kind != reply.kind or (reply.back and back != reply.back):
                wrong.append(f"{reply} → {kind} {back}")
        return cls(matrix, sum(days) / len(days), wrong)

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for kind, _ in self.matrix))

    def found(self, *kinds: str) -> float:
        """How many of these kinds were found to be one of them."""
        rows = {pair: count for pair, count in self.matrix.items() if pair[0] in kinds}
        return sum(n for pair, n in rows.items() if pair[1] in kinds) / sum(rows.values())

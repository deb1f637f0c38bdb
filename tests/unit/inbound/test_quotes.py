"""What a reply says itself, whatever program has quoted our mail in it."""

import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.inbound.classification.words import read
from outrider.inbound.mail import programs
from outrider.inbound.mail.html import plain
from outrider.inbound.mail.quotes import own_words

OURS = (
    "Hi Grace,\n\nI saw that Acme is hiring two people for outreach this autumn. Teams of that size"
    " often lose half a day a week to lists and follow-ups, and we took that off the hands of three"
    " of your neighbours.\n\nWould a call on Thursday suit you? If this is not for you, say so and"
    " I will send no more emails.\n\nAda Lovelace\nAcme Engines, 1 Mill Lane, London\n\n"
    "Unsubscribe: https://links.outrider.test/u/abc\n"
)
GATEWAY = "https://urldefense.com/v3/__https://links.outrider.test/u/abc__;!!x!y$"
ANSWERS = [
    "Yes, sounds good. Call me on Tuesday.",
    "Please remove me from your list.",
    "Unsubscribe",
    "Nein danke, kein Interesse.\nBitte nicht mehr schreiben.",
    "Who is this for? We are three people here, and none of us does that.",
    "Stop.",
]

Quoted = Callable[[str], str]


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def twice_marked(text: str) -> str:
    return marked(marked(text))


def wrapped(width: int) -> Quoted:
    return lambda text: "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def through_a_gateway(text: str) -> str:
    return text.replace("https://links.outrider.test/u/abc", GATEWAY)


def below_a_notice(text: str) -> str:
    return f"CAUTION: This mail came from outside. Do not click links.\n\n{text}"


def with_links_in_brackets(text: str) -> str:
    return text.replace("Acme Engines", "Acme Engines <https://acme.example/?x=1>")


FORMS: list[Quoted] = [
    lambda text: text,
    marked,
    twice_marked,
    *(wrapped(width) for width in (30, 60, 76)),
    lambda text: marked(wrapped(60)(text)),
    lambda text: wrapped(50)(marked(text)),
    through_a_gateway,
    with_links_in_brackets,
    lambda text: text.replace("\n\n", "\n"),
    lambda text: text.replace("'", "\u2019").replace("-", "\u2010"),
    lambda text: text.upper(),
]
FRAMES = [
    "On Fri, 27 Nov 2026 at 10:00, Ada <ada@acme.example> wrote:",
    "-----Original Message-----\nFrom: Ada <ada@acme.example>\nSent: Friday\nSubject: Hi",
    "From: Ada <ada@acme.example>\nSent: Friday, 27 November 2026\nTo: Grace\nSubject: Hi",
    "________________________________\nVon: Ada <ada@acme.example>\nGesendet: Freitag\nBetreff: Hi",
    "\u10d5\u10d8\u10e1\u10d2\u10d0\u10dc: Ada <ada@acme.example>\n\u10d7\u10d4\u10db\u10d0: Hi",
    "Am Fr., 27. Nov. 2026 um 10:00 Uhr schrieb Ada <ada@acme.example>:",
    "",
]


@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
class TestOfKnownMail:
    def test_is_what_stands_above(self, frame: str, form: Quoted) -> None:
        for answer in ANSWERS:
            assert own_words(f"{answer}\n\n{frame}\n\n{form(OURS)}", [OURS]) == answer

    def test_is_what_stands_below(self, frame: str, form: Quoted) -> None:
        for answer in ANSWERS:
            assert own_words(f"{frame}\n\n{form(OURS)}\n\n{answer}", [OURS]) == answer

    def test_is_what_stands_between(self, frame: str, form: Quoted) -> None:
        first, second = OURS.split("Would a call", 1)
        for answer in ANSWERS:
            text = f"{frame}\n\n{form(first)}\n\n{answer}\n\n{form('Would a call' + second)}"
            assert own_words(text, [OURS]) == answer


WORDS = st.text("abcdefgh", min_size=2, max_size=6)
OTHER_WORDS = st.text("nopqrstu", min_size=2, max_size=6)
PARAGRAPHS = st.lists(WORDS, min_size=12, max_size=60, unique=True).map(
    lambda words: [" ".join(words[at : at + 6]) for at in range(0, len(words) - 5, 6)]
)
SAID = st.lists(OTHER_WORDS, min_size=1, max_size=12).map(" ".join)


class TestOfAnyMail:
    @settings(max_examples=200, deadline=None)
    @given(PARAGRAPHS, SAID, st.sampled_from(FORMS[:9]), st.sampled_from(FRAMES))
    def test_is_exactly_what_its_writer_wrote(
        self, paragraphs: list[str], said: str, form: Quoted, frame: str
    ) -> None:
        ours = "\n\n".join(paragraphs)

        assert own_words(f"{said}\n\n{frame}\n\n{form(ours)}", [ours]) == said
        assert own_words(f"{frame}\n\n{form(ours)}\n\n{said}", [ours]) == said

    @settings(max_examples=100, deadline=None)
    @given(PARAGRAPHS, st.data())
    def test_keeps_answers_between_all_paragraphs(
        self, paragraphs: list[str], data: st.DataObject
    ) -> None:
        answers = [data.draw(SAID) for _ in paragraphs]
        form = data.draw(st.sampled_from(FORMS[:9]))
        text = "\n\n".join(
            f"{form(each)}\n\n{answer}" for each, answer in zip(paragraphs, answers, strict=True)
        )

        assert own_words(text, ["\n\n".join(paragraphs)]) == "\n\n".join(answers)


class TestOfAThread:
    SECOND = "Hi Grace,\n\nI only wanted to ask again. Shall I stop writing to you?\n\nAda"

    def test_all_mails_of_ours_are_known(self) -> None:
        frame = "\u10d5\u10d8\u10e1\u10d2\u10d0\u10dc: Ada <ada@acme.example>"
        text = f"Tuesday is fine.\n\n{frame}\n{self.SECOND}\n\nOn Monday, maybe.\n{frame}\n{OURS}"

        assert own_words(text, [self.SECOND, OURS]).split("\n\n")[0] == "Tuesday is fine."
        assert "stop writing" not in own_words(text, [self.SECOND, OURS])
        assert "no more emails" not in own_words(text, [self.SECOND, OURS])

    @pytest.mark.parametrize(
        "attribution",
        [
            "On Fri, 27 Nov 2026 at 10:00, Ada wrote:",
            "27.11.2026 10:00 Petr <ada@acme.example> \u043f\u0438\u0441\u0430\u043b:",
        ],
    )
    @pytest.mark.parametrize("sent", [[], [OURS]])
    def test_the_line_above_a_quote_is_kept(self, attribution: str, sent: list[str]) -> None:
        for answer in (*ANSWERS, "Call me at 10:30"):
            assert own_words(f"{answer}\n{attribution}\n{marked(OURS)}", sent) == answer
            assert own_words(f"{answer}\n{marked(attribution)}\n{marked(OURS)}", sent) == answer


class TestOfHtml:
    FIRST = (
        "<p>Hi Grace,</p><p>I saw that <b>Acme</b> hires. Would a <a href='x'>call</a> suit?</p>"
    )
    SECOND = "<p>If this is not for you, say so and I will send no more emails.</p><p>Ada</p>"
    HEADERS = "<div><b>From:</b> Ada<br><b>Sent:</b> Friday<br><b>To:</b> Grace<br></div>"

    def test_answers_between_quotes_are_kept(self) -> None:
        said = "<p>Remove me.</p>"
        forms = [
            f"<blockquote>{self.FIRST}</blockquote>{said}<blockquote>{self.SECOND}</blockquote>",
            f"{self.HEADERS}{self.FIRST}{said}{self.SECOND}",
            f"<div>{self.FIRST}<span style='color:red'>{said}</span>{self.SECOND}</div>",
        ]
        ours = plain(self.FIRST + self.SECOND)
        for form in forms:
            assert own_words(plain(form), [ours]) == "Remove me."

    def test_of_a_quote_only_the_mark_is_needed(self) -> None:
        text = plain(f"<p>Yes.</p><blockquote>{self.FIRST}{self.SECOND}</blockquote>")

        assert own_words(text) == "Yes."


@pytest.mark.parametrize(
    ("ours", "answer"),
    [
        (
            "\u4f60\u597d\uff0c\u6211\u770b\u5230\u8d35\u516c\u53f8\u6b63\u5728\u62db\u8058\u3002"
            "\u5982\u679c\u4e0d\u611f\u5174\u8da3\uff0c\u6211\u4e0d\u4f1a\u518d\u53d1\u90ae\u4ef6\u3002",
            "\u9000\u8ba2",
        ),
        (
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a \u0e16\u0e49\u0e32"
            "\u0e44\u0e21\u0e48\u0e2a\u0e19\u0e43\u0e08\u0e1a\u0e2d\u0e01\u0e1c\u0e21\u0e44\u0e14\u0e49",
            "\u0e2b\u0e22\u0e38\u0e14",
        ),
    ],
)
def test_of_scripts_without_blanks_is_known_as_well(ours: str, answer: str) -> None:
    half = len(ours) // 2
    wrapped_ours = f"{ours[:half]}\n{ours[half:]}"

    assert own_words(f"{answer}\n\n{wrapped_ours}", [ours]) == answer
    assert own_words(f"{wrapped_ours}\n\n{answer}", [ours]) == answer


class TestOfAPhraseOfOurs:
    """Whoever writes what stands in our mail too has written it."""

    @pytest.mark.parametrize("answer", ["Unsubscribe", "send no more emails", "Who is this for"])
    def test_is_kept(self, answer: str) -> None:
        assert own_words(answer, [OURS]) == answer
        assert own_words(f"{answer}\n\n{OURS}", [OURS]) == answer
        assert own_words(f"{OURS}\n\n{answer}", [OURS]) == answer


class TestFooter:
    """What a company puts below each mail asks for nothing."""

    FILLER = "of which nothing more is said here than what has to be said in each and every mail"

    @pytest.mark.parametrize(
        "language", sorted(file.stem for file in programs.FOLDER.glob("*.txt"))
    )
    def test_is_left_out(self, language: str) -> None:
        sections = read(language, programs.FOLDER)
        for entry in sections["footer"]:
            text = f"Yes, let's talk.\n\nGrace\n{entry} {self.FILLER}."
            assert own_words(text) == "Yes, let's talk.\n\nGrace", entry
        for entry in sections["leave"]:
            for line in (f"{entry}: https://acme.example/u/1", f"Acme | {entry} | Home"):
                assert own_words(f"Yes, let's talk.\n\nGrace\n{line}") == (
                    "Yes, let's talk.\n\nGrace"
                ), line
        for entry in sections.get("notice", ()):
            assert own_words(f"{entry} {self.FILLER}.\n\nYes, let's talk.") == "Yes, let's talk."

    @pytest.mark.parametrize(
        "footer",
        [
            "If you wish to unsubscribe from our newsletter, click here.",
            "If you no longer want to\nreceive these mails, click here.",
            "To unsubscribe from this group and stop receiving emails from it, send an email to"
            " a+unsubscribe@googlegroups.com.",
            "This email and any attachments are confidential. Please delete it if it is not for"
            " you, and do not contact us again.",
            "Unsubscribe | Manage preferences",
            "Acme Ltd \u00b7 Unsubscribe <https://acme.example/u>",
            "Wenn Sie unseren Newsletter nicht mehr erhalten m\u00f6chten, klicken Sie hier.",
            "Si vous ne souhaitez plus recevoir nos messages, cliquez ici.",
            "-- \nUnsubscribe from our list",
            "__________________________________\nSales mailing list\nTo unsubscribe, stop",
        ],
    )
    def test_of_real_companies_is_left_out(self, footer: str) -> None:
        assert own_words(f"Yes, let's talk.\n\n{footer}") == "Yes, let's talk."

    @pytest.mark.parametrize(
        "request_",
        [
            "Unsubscribe",
            "Please unsubscribe me.",
            "To unsubscribe I want no form, just do it.",
            "This email is spam, stop it.",
            "Abmelden bitte.",
            "Diese E-Mail will ich nicht mehr.",
            "Este correo no me interesa, b\u00f3rreme.",
            "Cette adresse doit \u00eatre supprim\u00e9e.",
            "If you write once more, I will report you. Remove me.",
            "\u9000\u8ba2",
            "\u914d\u4fe1\u505c\u6b62\u3057\u3066\u304f\u3060\u3055\u3044",
        ],
    )
    def test_is_not_what_a_person_asks_for(self, request_: str) -> None:
        assert own_words(f"Hi Ada,\n\n{request_}\n\nGrace") == f"Hi Ada,\n\n{request_}\n\nGrace"
        assert own_words(request_) == request_

    def test_alone_is_meant(self) -> None:
        alone = "If you wish to unsubscribe from our newsletter, click here."

        assert own_words(alone) == alone

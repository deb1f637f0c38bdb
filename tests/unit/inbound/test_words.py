"""The files of words: each phrase is written as its README says, and finds itself."""

import itertools
import re
from typing import get_args

import pytest

from outrider.inbound.classification import words
from outrider.inbound.classification.words import FoldedText, Meaning, WordMeaning, notation

KNOWN = get_args(Meaning)


def example(phrase: str) -> str:
    """The shortest text that a phrase is for: the first of each choice, nothing that may be
    missing."""
    text = re.sub(r"!\([^()]*\)|\[[^\[\]]*\]", " ", phrase)
    text = re.sub(r"\(([^()|]*)[^()]*\)", r"\1", text)
    text = text.replace("...?", " some words?").replace("...", " ").replace("#", "3")
    text = re.sub(r"(?<=\s)\*(?=\s)", "word", text)
    return re.sub(r"\s+", " ", text.replace("*", "")).strip()


@pytest.mark.parametrize("language", words.sections())
def test_each_phrase_finds_itself(language: str) -> None:
    lost = []
    for meaning, phrases in words.sections()[language].items():
        for phrase in map(words.fold, phrases if meaning in KNOWN else ()):
            text = words.fold(f"Hello. {example(phrase)}")
            candidates = words.phrases(meaning).candidates(FoldedText(text))
            if not notation.compiled(phrase).search(text) or phrase not in candidates:
                lost.append(f"{meaning}: {phrase}")

    assert not lost


@pytest.mark.parametrize("language", words.sections())
def test_each_language_has_what_a_reply_needs(language: str) -> None:
    """Requests to stop, and absences with their days."""
    sections = words.sections()[language]

    assert {"stop", "stop_alone", "courtesy", "out_of_office", "back"} <= sections.keys()
    assert (len(sections["months"]), len(sections["weekdays"])) == (12, 7)


def test_the_sections_of_phrases_are_those_the_rules_read() -> None:
    """Those of single words, too; what else a file has is for other parts of a mail."""
    known = {*KNOWN, *get_args(WordMeaning)}

    for meaning in known:
        assert words.lines(meaning), meaning


def test_no_phrase_says_two_things() -> None:
    for language, sections in words.sections().items():
        of = {meaning: set(map(words.fold, phrases)) for meaning, phrases in sections.items()}
        for one, other in itertools.combinations(of.keys() & set(KNOWN), 2):
            assert not of[one] & of[other], (language, one, other)


@pytest.mark.parametrize("phrase", ["a (b (c)) d", "[only] [optional]", "(left|open"])
def test_tells_what_is_not_written_as_it_should_be(phrase: str) -> None:
    with pytest.raises(ValueError, match="brackets"):
        notation.compiled(phrase)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("stop writing [to] me", "please STOP writing me", True),
        ("stop writing [to] me", "stop writing, to me", True),
        ("stop writing [to] me", "stop writing for me", False),
        ("stop !(by)", "stop by", False),
        ("take me ... list", "take me off of your list", True),
        ("take me ... list", "take me. The list", False),
        ("opt-out", "opt out", True),
        ("don't", "dont", True),
        ("löschen", "loeschen", True),
        ("désabonn*", "DESABONNEZ", True),
        ("退订 邮件", "请退订邮件。", True),
        ("수신 거부", "수신거부 부탁드립니다", True),
        ("הסר אותי", "תסיר והסר אותי", True),
        ("how much ...?", "How much would that be?", True),
        ("how much ...?", "How much would that be.", False),
        ("in # months", "in 12 months", True),
    ],
)
def test_reads_phrases(phrase: str, text: str, found: bool) -> None:
    assert bool(notation.compiled(words.fold(phrase)).search(words.fold(text))) is found

"""Nothing that reads a stranger's text stumbles over it, or goes back and forth in it for ever."""

from contextlib import suppress

import pytest

from outrider.inbound.mail import quotes
from tests.hostile_texts import PATTERNS, READERS, Reader, text_of

SHORT = 400


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_ends_as_read_or_refused(reader: Reader) -> None:
    for pattern in PATTERNS:
        with suppress(ValueError):
            reader.read(text_of(pattern, min(SHORT, reader.longest)))


@pytest.mark.parametrize("blank", [" ", "\t", "\n", " \n", "\r\n", "> \n", ">\n\n"])
@pytest.mark.parametrize("begun", ["", "On ", "> ", "On Monday, somebody", "a <"])
def test_a_reply_of_blanks_is_read_in_one_pass(begun: str, blank: str) -> None:
    """These took the search for quotes hours: it went through the blanks again from each."""
    reply = quotes.own_words(begun + text_of(blank, 4 * quotes.MAX_TEXT))

    assert reply.rstrip("> ") == begun.rstrip("> ")

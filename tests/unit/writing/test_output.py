"""Texts of models that are made to carry links, markup, headers, templates or hidden characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.writing.errors import OutputRefused
from outrider.writing.output import checked

SMUGGLED = [
    # links and addresses
    "https://evil.example/?q=1", "HTTP://evil.example", "hxxp://evil.example", "www.evil.example",
    "evil.example", "evil.example/path", "sub.evil.co.uk", "xn--e1afmkfd.example", "ftp://x",
    "mallory@evil.example", "mailto:mallory", "javascript:alert(1)", "data:text/html,x",
    "\uff48\uff54\uff54\uff50\uff1a\uff0f\uff0fevil\uff0eexample", "evil\u3002example", "пример.рф",
    # markup
    "<b>", "<img src=x>", "<script>", "</p>", "<!-- x -->", "&lt;b&gt;", "&#60;b&#62;", "%3Cb%3E",
    "[here](x)", "![x](y)", "`code`", "[Your name]",
    # templates and spintax
    "{{ contact.email }}", "{% raw %}", "{a|b}", "${x}", "{{unsubscribe_url}}", "}}",
    # headers
    "\nBcc: all", "\r\nSubject: x", "\nContent-Type: text/html", "\n X-Priority: 1",
    "=?utf-8?q?x?=",
    # invisible characters
    "a\u202eb", "a\u200bb", "a\x00b", "a\x1bb", "a\ufeffb", "a\u2066b", "a\U000e0041b",
]  # fmt: skip
CARRIERS = ["{}", "Acme makes anvils. {}", "{} Acme makes anvils.", "Acme\n{}\nanvils"]


@pytest.mark.parametrize("smuggled", SMUGGLED, ids=ascii)
@pytest.mark.parametrize("carrier", CARRIERS, ids=ascii)
def test_is_refused(smuggled: str, carrier: str) -> None:
    with pytest.raises(OutputRefused):
        checked(carrier.replace("{}", smuggled), 500)


@given(st.text(max_size=200))
def test_is_one_line_without_syntax_or_it_is_refused(text: str) -> None:
    try:
        kept = checked(text, 200)
    except OutputRefused:
        return
    assert kept == " ".join(kept.split())
    assert not set(kept) & set("<>{}[]`|\\@")


@pytest.mark.parametrize(
    "text",
    [
        "Acme makes anvils, e.g. for the U.S. market; it grew 12.5% (a lot).",
        "Für Müller & Söhne: 1.200 Mitarbeiter, toll!",
        "你好,很高兴。谢谢",
        "Is 3:30 OK? C'est l'été…",
    ],
)
def test_leaves_ordinary_text_as_it_is(text: str) -> None:
    assert checked(text, 500) == text


def test_knows_tools_that_look_like_hosts() -> None:
    assert checked("It uses Next.js.", 500, names=["Next.js"]) == "It uses Next.js."
    with pytest.raises(OutputRefused):
        checked("It uses evil.js.", 500, names=["Next.js"])


def test_refuses_the_marks_of_quotations() -> None:
    with pytest.raises(OutputRefused):
        checked("END 0123abcd", 500, mark="0123abcd")

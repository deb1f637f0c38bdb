"""Texts that mean harm to whoever reads them: patterns over which parsers and regular expressions
go back and forth, and what in the product reads a stranger's text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from outrider.companies.domains import domain_of_website
from outrider.contacts.search import words
from outrider.imports.columns import names, values
from outrider.imports.errors import BrokenFile
from outrider.imports.files import records
from outrider.imports.files import rows as reading
from outrider.imports.files.lines import Lines
from outrider.inbound.classification import buttons, return_date, rules
from outrider.inbound.mail import html as pages
from outrider.inbound.mail import message, mime, quotes
from outrider.kit import json
from outrider.kit.aws.s3 import ObjectRange
from outrider.kit.outbound.targets import UrlTarget
from outrider.kit.text import addresses, liquid, markup, spintax, templates
from outrider.messages.bounces import diagnosis
from outrider.messages.transports import smtp_replies
from outrider.research.site import caching, decoding, facts, robots
from outrider.sequences.lint.rules import lint
from outrider.sequences.models import Settings, Step, Variant

PATTERNS = [
    *(
        "a",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        ".",
        ",",
        "-",
        "_",
        ":",
        "@",
        "<",
        ">",
        "&",
        "#",
        "%",
        "\\",
    ),
    *('"', "'", "(", "[", "{", "|", "/", "=", ";", "0", "1.", "\u0301", "\U0001f600", "\u00df"),
    *("a ", "a\n", " \n", "> ", ">\n", ">>", "a.", "a-", "a@", "a@b.", "a@b.example ", "A. "),
    *("<a ", "<a>", "</a>", "<a/", '<a b="', "<a b='", "<!--", "<!-- -", "-->", "<!", "<?", "</"),
    *("<div>", "<script>", "<title>", "<blockquote>", "<a href=x>", '<a href="http://a.example/">'),
    *("&amp;", "&#", "&#1", "&#x", "&lt", "<img alt=", "<p ", "<style>", "<td>", "<a b=c "),
    *("{{", "{{ a }}", "{% if a %}", "{% raw %}", "{a|b}", "{a|", "|}", "{{{", "\\{", "{% ", "{|"),
    *("On a wrote", "On x\n", "On Mon, a wrote:\n", "Am 1.1. schrieb\n", "From: a\n", "-- \n"),
    *("From: a\nTo: b\n", "a <a@b.example>", "<a@b.example>:\n", "Le a\n", "---- On ", "____"),
    *("please stop ", "remove me ", "no ", "not interested ", "out of office until ", "until "),
    *("1 January ", "until 1.1.2026 ", "january ", "next ", "back on monday ", "am 1. januar "),
    *("Received: a\r\n", "Content-Type: a/b;", "Subject: =?utf-8?q?a?=", "=?utf-8?b?", "=?", "?="),
    *(
        "--b\r\n",
        "a: b\r\n ",
        'a="',
        "References: <a@b>",
        "\r\n\r\n",
        "To: a,",
        "(a",
        "=20",
        "=\r\n",
    ),
    *('"a",', '"",', '""', '"\n', ",\n", ";", '{"a":', "[1,", '{"a":[', "1e9,", "\\u0000", "null,"),
    *(
        "550 5.1.1 ",
        "user unknown ",
        "user a ",
        "not have an ",
        "limit exceed ",
        "sending account ",
    ),
    *(
        "http://",
        "http://a.",
        "https://a.example/",
        "www.",
        "//",
        "a:b@",
        "?a=b&",
        "%2e",
        "xn--",
        "::",
    ),
]


@dataclass(frozen=True, slots=True)
class Reader:
    """`longest` is how many characters of text the product hands to it at most."""

    name: str
    longest: int
    read: Callable[[str], object]


def text_of(pattern: str, length: int) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


def _lines(text: str) -> Lines:
    data = text.encode(errors="replace")
    return Lines(lambda start, length: ObjectRange(data[start : start + length], len(data)), 0, 0)


def _records(text: str) -> Iterator[object]:
    reader = records.RecordReader(_lines(text), ",")
    while (record := reader.next()) is not None:
        yield record


def _csv(text: str) -> None:
    try:
        for _ in _records(text):
            pass
    except BrokenFile:
        pass


def _jsonl(text: str) -> None:
    rows = reading.JsonRows(_lines(text))
    try:
        while rows.next() is not None:
            pass
    except BrokenFile:
        pass


def _linted(text: str) -> object:
    step = Step(
        id="stp_1",
        channel="email",
        wait_value=0,
        wait_unit="days",
        condition="always",
        variants=[Variant(id="a", subject="A question", text=text, html=text)],
    )
    return lint([step], Settings())


def _filled(text: str) -> object:
    return templates.render("{{ a | strip_html | escape_once }}", {"a": text}, "html")


def _mail(text: str) -> object:
    return message.IncomingMail.parse(text.encode(errors="replace")).text


def _mail_body(text: str) -> object:
    raw = b"From: a@a.example\r\nContent-Type: text/html\r\nSubject: Re: a\r\n\r\n"
    return message.IncomingMail.parse(raw + text.encode(errors="replace")).text


def _report(text: str) -> object:
    raw = b"From: MAILER-DAEMON@a.example\r\nSubject: failure notice\r\n\r\n"
    return message.IncomingMail.parse(raw + text.encode(errors="replace"))


def _report_in_html(text: str) -> object:
    raw = (
        b"From: MAILER-DAEMON@a.example\r\nSubject: failure notice\r\n"
        b"Content-Type: text/html\r\n\r\n"
    )
    return message.IncomingMail.parse(raw + text.encode(errors="replace"))


def _forwarded_report(text: str) -> object:
    raw = (
        b"From: a@a.example\r\nSubject: Fwd: failure\r\n\r\n"
        b"From: MAILER-DAEMON\r\nTo: a@a.example\r\n"
    )
    return message.IncomingMail.parse(raw + text.encode(errors="replace"))


def _status_part(text: str) -> object:
    raw = (
        b"From: a@a.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
    )
    return message.IncomingMail.parse(raw + text.encode(errors="replace"))


def _header(text: str) -> object:
    lines = text.replace("\r", "").replace("\n", "\n ")
    raw = f"From: {lines}\nSubject: {lines}\nReferences: {lines}\nContent-Type: {lines}\n\nHi"
    return message.IncomingMail.parse(raw.encode(errors="replace"))


def _addresses(text: str) -> object:
    return mime.addresses(mime.parse(b"From: " + text.replace("\n", "").encode()), "From")


def _calendar(text: str) -> object:
    part = mime.parse(b"Content-Type: text/calendar; method=reply\n\n" + text.encode())
    return buttons.read(part, "a@a.example")


def _linked_data(text: str) -> object:
    html = f'<script type="application/ld+json">{{"@graph": [{text}]}}</script>'
    return facts.facts_of(html, "https://a.example/", {})


def _robots(text: str) -> object:
    return robots.rules_of(f"User-agent: *\n{text}").can_fetch(_LONG_URL, robots.AGENT)


def _robots_with_paths(text: str) -> object:
    """Each a rule of 1,000 characters."""
    length = 1_000
    rules = (text[start : start + length] for start in range(0, len(text), length))
    return _robots("".join(f"Disallow: /*{rule.replace(chr(10), '*')}$\n" for rule in rules))


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


_LONG_URL = f"https://a.example/{'a' * 1_000}?{'a=b&' * 250}"
_CACHING_HEADERS = ("age", "cache-control", "date", "etag", "expires", "last-modified", "vary")
_DAY = date(2026, 3, 2)
READERS = [
    Reader("markup.to_text", 200_000, markup.to_text),
    Reader("markup.rewrite_links", 200_000, lambda text: markup.rewrite_links(text, str.upper)),
    Reader("markup.append", 200_000, lambda text: markup.append(text, "x")),
    Reader("markup.shows", 200_000, lambda text: markup.shows(text, "https://a.example")),
    Reader("spintax.spin", 100_000, lambda text: spintax.spin(text, "a")),
    Reader("spintax.unbalanced", 100_000, spintax.unbalanced),
    Reader("templates.parse", 100_000, templates.parse.__wrapped__),
    Reader("liquid.asked", 100_000, liquid.asked.__wrapped__),
    Reader("a value in a template", 16_000, _filled),
    Reader("lint", 50_000, _linted),
    Reader("IncomingMail.parse, all", 500_000, _mail),
    Reader("IncomingMail.parse, headers", 50_000, _header),
    Reader("IncomingMail.parse, body", 500_000, _mail_body),
    Reader("pages.plain", 500_000, pages.plain),
    Reader("quotes.own_words", 80_000, quotes.own_words),
    Reader("... of what was sent", 80_000, lambda text: quotes.own_words(text, [text])),
    Reader(
        "classification.classify",
        4_000,
        lambda text: rules.classify(text, text[:300], by_machine=False, received=_DAY),
    ),
    Reader("acts.read", 100_000, _calendar),
    Reader("mime.addresses", 8_000, _addresses),
    Reader("returning.back_on", 4_000, lambda text: return_date.back_on(text, _DAY)),
    Reader("classification.addresses", 4_000, rules.addresses),
    Reader("diagnoses.judge", 500_000, lambda text: diagnosis.judge("", text)),
    Reader("a report in plain text", 500_000, _report),
    Reader("a report in HTML", 500_000, _report_in_html),
    Reader("a forwarded report", 500_000, _forwarded_report),
    Reader("a delivery status part", 500_000, _status_part),
    Reader("smtp_replies.classify", 2_048, lambda text: smtp_replies.classify("END", 550, text)),
    Reader("CSV", 131_072, _csv),
    Reader("JSON Lines", 131_072, _jsonl),
    Reader("names.guess", 131_072, lambda text: names.guess("contacts", text)),
    Reader("values.addresses_in", 131_072, values.addresses_in),
    Reader("values.words_in", 131_072, values.words_in),
    Reader("values.score_in", 131_072, values.score_in),
    Reader("values.looks_like_key", 131_072, lambda text: values.looks_like_key("companies", text)),
    Reader("split_leniently", 131_072, lambda text: records.split_leniently(text, ",")),
    Reader("words.words_in", 500, words.words_in),
    Reader("addresses.normalise", 131_072, addresses.normalise),
    Reader("domain_of_website", 131_072, domain_of_website),
    Reader("Target.of", 2_048, UrlTarget.of),
    Reader("json.check_depth", 1_048_576, lambda text: json.check_depth(text.encode())),
    Reader(
        "research.facts_of",
        524_288,
        lambda text: facts.facts_of(text, "https://a.example/", {}),
    ),
    Reader("research.facts_of, JSON-LD", 200_000, _linked_data),
    Reader("robots.rules_of", 524_288, _robots),
    Reader("robots.rules_of, paths", 524_288, _robots_with_paths),
    Reader("decoding.text_of", 524_288, lambda text: decoding.text_of(_bytes(text), "")),
    Reader(
        "caching.caching_of",
        16_384,
        lambda text: caching.caching_of(dict.fromkeys(_CACHING_HEADERS, text)),
    ),
]

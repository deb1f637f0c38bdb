import pytest

from outrider.kit.outbound.client import Outbound
from outrider.research.site.decoding import MAX_TEXT, text_of
from outrider.research.site.reader import SiteReader, SiteReading
from tests.receivers import Peer, Script, answering
from tests.websites import HTML, page, redirect, website

LOCAL = SiteReader(Outbound(loopback=True, end_within=1), within=5)
HELLO = page("<title>Hello</title>")
EVERYTHING = answering(body=b"User-agent: *\nDisallow:\n")
NOTHING = answering(body=b"User-agent: *\nDisallow: /\n")


def read(paths: dict[str, Script], reader: SiteReader = LOCAL) -> SiteReading:
    with website(paths) as site:
        return reader.read([site.url])


def problems(reading: SiteReading) -> list[str | None]:
    return [source.error for source in reading.sources if source.error]


class TestPage:
    def test_is_read_with_where_it_came_from(self) -> None:
        with website({"/": HELLO}) as site:
            reading = LOCAL.read([site.url])

        assert reading.page
        assert (reading.outcome, reading.page.html) == ("found", "<title>Hello</title>")
        assert [(source.url, source.status) for source in reading.sources] == [
            (f"{site.url}robots.txt", 404),
            (site.url, 200),
        ]
        assert b"User-Agent: Outrider-Research/1" in site.receiver.requests[1]

    def test_is_the_first_that_there_is(self) -> None:
        with website({"/": answering("404 Not Found")}) as gone, website({"/": HELLO}) as there:
            reading = LOCAL.read([gone.url, there.url])

        assert reading.page
        assert reading.page.url == there.url

    @pytest.mark.parametrize(
        ("script", "problem"),
        [
            (answering("503 Service Unavailable"), "http_status"),
            (answering(headers="Content-Type: application/pdf\r\n"), "not_html"),
            (answering(headers=HTML + "Content-Encoding: br\r\n"), "encoded"),
            (lambda peer: peer.send(b"nonsense\r\n\r\n"), "protocol"),
            (lambda peer: None, "protocol"),
        ],
    )
    def test_is_none_of_something_else(self, script: Script, problem: str) -> None:
        reading = read({"/": script})

        assert (reading.outcome, problems(reading)) == ("unreachable", [problem])

    def test_is_read_as_far_as_is_needed(self) -> None:
        def endless(peer: Peer) -> None:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Hello</title>")
            while True:
                peer.send(b"x" * 65_536)

        reading = read({"/": endless})

        assert reading.page
        assert len(reading.page.html or "") == MAX_TEXT

    def test_that_trickles_ends_with_the_deadline(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        reader = SiteReader(LOCAL.outbound, within=0.3)

        reading = read({"/": lambda peer: peer.trickle(head + b"x" * 1_000, 0.05)}, reader)

        assert (reading.outcome, problems(reading)) == ("unreachable", ["timeout"])

    def test_is_not_asked_for_when_no_time_is_left(self) -> None:
        with website({"/": HELLO}) as site:
            reading = SiteReader(LOCAL.outbound, within=0).read([site.url])

        assert (problems(reading), site.asked) == (["timeout"], [])


class TestRedirects:
    def test_are_followed(self) -> None:
        reading = read({"/": redirect("/en"), "/en": redirect("home#top"), "/home": HELLO})

        assert reading.page
        assert reading.page.url.endswith("/home")
        assert [source.status for source in reading.sources] == [404, 302, 302, 200]

    def test_end_after_three(self) -> None:
        with website({"/": redirect("/")}) as site:
            reading = LOCAL.read([site.url])

        assert (reading.outcome, problems(reading)) == ("unreachable", ["too_many_redirects"])
        assert site.asked == ["/robots.txt", "/", "/", "/", "/"]

    @pytest.mark.parametrize(
        ("to", "problem"),
        [
            ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
            ("http://10.0.0.1/", "blocked_address"),
            ("http://[::ffff:169.254.169.254]/", "blocked_address"),
            ("http://2130706433/", "invalid_url"),
            ("file:///etc/passwd", "invalid_url"),
            ("gopher://127.0.0.1/", "invalid_url"),
            ("http://user@127.0.0.1/", "invalid_url"),
            ("http://[", "invalid_url"),
        ],
    )
    def test_lead_nowhere_that_the_guard_forbids(self, to: str, problem: str) -> None:
        reading = read({"/": redirect(to)})

        assert (reading.outcome, problems(reading)) == ("unreachable", [problem])

    def test_of_a_public_site_do_not_lead_to_this_machine(self) -> None:
        reader = SiteReader(Outbound(resolve=lambda *_: ["127.0.0.1"]))

        reading = reader.read(["https://acme.com/"])

        assert (reading.outcome, problems(reading)) == ("unreachable", ["blocked_address"])

    def test_to_another_site_ask_that_one_for_its_rules(self) -> None:
        with website({"/robots.txt": NOTHING, "/": HELLO}) as other:
            reading = read({"/robots.txt": EVERYTHING, "/": redirect(other.url)})

        assert (reading.outcome, problems(reading)) == ("disallowed", ["robots"])
        assert other.asked == ["/robots.txt"]


class TestRobots:
    @pytest.mark.parametrize(
        "rules",
        [
            b"User-agent: *\nDisallow: /",
            b"User-agent: *\nDisallow: /*",
            b"User-agent: *\nDisallow: *",
            b"User-agent: outrider-research\nDisallow: / # no\n\nUser-agent: *\nDisallow:",
        ],
    )
    def test_forbid(self, rules: bytes) -> None:
        with website({"/robots.txt": answering(body=rules), "/": HELLO}) as site:
            reading = LOCAL.read([site.url])

        assert (reading.outcome, site.asked) == ("disallowed", ["/robots.txt"])

    @pytest.mark.parametrize(
        "script",
        [
            EVERYTHING,
            answering("403 Forbidden"),
            answering(body=b"\xff\xfe\x00nonsense: \xff"),
            answering(body=b"User-agent: Googlebot\nDisallow: /"),
            answering(body=b"User-agent: *\nDisallow: /private/*"),
            redirect("/robots.txt"),
            answering("410 Gone"),
        ],
    )
    def test_allow(self, script: Script) -> None:
        reading = read({"/robots.txt": script, "/": HELLO})

        assert reading.outcome == "found"

    @pytest.mark.parametrize(
        ("script", "problem"),
        [
            (answering("500 Error"), "robots"),
            (answering("429 Too Many Requests", headers="Retry-After: 120\r\n"), "robots"),
            (answering(headers="Content-Encoding: br\r\n"), "robots"),
            (lambda peer: None, "protocol"),
        ],
    )
    def test_that_cannot_be_known_are_no_permission(self, script: Script, problem: str) -> None:
        with website({"/robots.txt": script, "/": HELLO}) as site:
            reading = LOCAL.read([site.url])

        assert (reading.outcome, problems(reading)) == ("unreachable", [problem])
        assert site.asked == ["/robots.txt"]

    def test_are_followed_over_five_redirects(self) -> None:
        hops = {f"/{number}": redirect(f"/{number + 1}") for number in range(1, 5)}
        paths = {"/robots.txt": redirect("/1"), **hops, "/5": NOTHING, "/": HELLO}

        assert read(paths).outcome == "disallowed"

    def test_of_another_origin_hold_for_the_first(self) -> None:
        with website({"/rules": NOTHING}) as other:
            reading = read({"/robots.txt": redirect(f"{other.url}rules"), "/": HELLO})

        assert reading.outcome == "disallowed"


class TestText:
    @pytest.mark.parametrize(
        ("body", "media", "text"),
        [
            ("Müller".encode(), "text/html", "Müller"),
            ("Müller".encode("latin-1"), "text/html; charset=ISO-8859-1", "Müller"),
            (
                '<meta charset="windows-1252">€'.encode("cp1252"),
                "",
                '<meta charset="windows-1252">€',
            ),
            ("日本".encode("shift_jis"), "text/html; charset='Shift_JIS'", "日本"),
            (b"M\xfcller", "text/html; charset=utf-8", "M\ufffdller"),
            (b"M\xfcller", "text/html", "Müller"),
            ("Müller".encode(), "text/html; charset=ISO-8859-1", "Müller"),
            (b"\x93Acme\x94", "text/html; charset=latin1", "\u201cAcme\u201d"),
            ("Müller".encode()[:2], "text/html", "M"),
            ("Müller".encode("utf-8-sig"), "text/html; charset=latin1", "Müller"),
            ("Müller".encode("utf-16"), "text/html; charset=utf-8", "Müller"),
            ('<meta charset="utf-16">ü'.encode(), "", '<meta charset="utf-16">ü'),
            (b"plain", "text/html; charset=nonsense", "plain"),
            (b"plain", "text/html; charset=zlib", "plain"),
            (b"+AGE-", "text/html; charset=utf-7", "+AGE-"),
            (b"\\x41", "text/html; charset=unicode_escape", "\\x41"),
        ],
    )
    def test_is_in_the_encoding_it_says(self, body: bytes, media: str, text: str) -> None:
        assert text_of(body, media) == text

"""robots.txt as shops, blogs and companies write it. Source of the rules: RFC 9309."""

import time

import pytest

from outrider.kit.outbound.client import Outbound
from outrider.research.site.decoding import MAX_TEXT
from outrider.research.site.reader import SiteReader
from tests.receivers import answering
from tests.websites import page, website

WORDPRESS = """\ufeffUser-agent: *\r
Disallow: /wp-admin/\r
Allow: /wp-admin/admin-ajax.php\r
Disallow: /*/feed/\r
Disallow: /?s=\r
\r
Sitemap: https://example.com/wp-sitemap.xml\r
"""
SHOP = """# we use Shopify as our ecommerce platform
User-agent: *
Disallow: /admin
Disallow: /cart
Disallow: /*/checkouts
Disallow: /collections/*sort_by*
Disallow: /*/collections/*+*
Disallow: /*?*oseid=*
Disallow: /*.pdf$
Allow: /

User-agent: adsbot-google
Disallow: /checkouts/

User-agent: AhrefsBot
Crawl-delay: 10
"""
NO_ROBOTS_OF_AI = """User-agent: GPTBot
User-agent: CCBot
User-Agent: Google-Extended
Disallow: /

User-agent: *
Content-Signal: search=yes,ai-train=no
Crawl-delay: 1
Disallow: /*/private
Disallow: /search
Allow: /search/about
Allow: /*.css$
"""
FOR_US = """User-agent: *
Allow: /

user-agent : Outrider-Research # thanks, but no
Disallow: /team
Disallow: /%e9quipe
"""
CLOSED_BUT_FOR_THE_PAGE = """User-agent: *
Disallow: /
Allow: /$
"""
MESSY = """<!-- robots -->
Useragent: *
Disalow: /intern
Disallow: http://example.com/old
Noindex: /x
Disallow:
Disallow /geheim
"""


SEVERAL_GROUPS = """User-agent: outrider-research/1.0
Disallow: /a

User-agent: *
Disallow: /

User-agent: OUTRIDER-RESEARCH
Crawl-delay: 30
Request-rate: 1/60
Disallow: /b
"""
LONGEST_DECIDES = """User-agent: *
Disallow: /files
Allow: /files/public
Disallow: /files/public/*.pdf$
Allow: /same
Disallow: /same
Disallow: /%7Ejoe
Disallow: /Case
"""
OF_AN_APP = "<!doctype html><title>App</title><div id=root></div><script src=/app.js></script>"


FILES = {
    "blog": WORDPRESS,
    "shop": SHOP,
    "no robots of AI": NO_ROBOTS_OF_AI,
    "for us": FOR_US,
    "closed but for the page": CLOSED_BUT_FOR_THE_PAGE,
    "messy": MESSY,
    "several groups": SEVERAL_GROUPS,
    "longest decides": LONGEST_DECIDES,
    "of an app": OF_AN_APP,
}


def outcome(rules: str, path: str) -> str:
    reader = SiteReader(Outbound(loopback=True, end_within=1), within=5)
    robots = answering(body=rules.encode(), headers="Content-Type: text/plain; charset=utf-8\r\n")
    with website({"/robots.txt": robots, path: page("<title>Hello</title>")}) as site:
        return reader.read([site.url.rstrip("/") + path]).outcome


class TestRobots:
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("blog", "/wp-admin/options.php"),
            ("blog", "/blog/2026/feed/"),
            ("blog", "/?s=price"),
            ("shop", "/cart"),
            ("shop", "/12345/checkouts/1"),
            ("shop", "/collections/all?sort_by=price"),
            ("shop", "/x?a=1&oseid=7"),
            ("shop", "/files/prices.pdf"),
            ("no robots of AI", "/de/private/team"),
            ("no robots of AI", "/search?q=x"),
            ("for us", "/team"),
            ("for us", "/team/anna"),
            ("closed but for the page", "/about"),
            ("messy", "/intern/x"),
            ("messy", "/geheim"),
            ("several groups", "/a"),
            ("several groups", "/b"),
            ("longest decides", "/files/private"),
            ("longest decides", "/files/public/prices.pdf"),
            ("longest decides", "/~joe"),
            ("longest decides", "/%7ejoe"),
        ],
    )
    def test_forbid_what_they_name(self, name: str, path: str) -> None:
        assert outcome(FILES[name], path) == "disallowed"

    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("blog", "/"),
            ("blog", "/wp-admin/admin-ajax.php"),
            ("blog", "/about/"),
            ("shop", "/"),
            ("shop", "/files/prices.pdf.html"),
            ("shop", "/checkouts-explained"),
            ("no robots of AI", "/"),
            ("no robots of AI", "/private"),
            ("no robots of AI", "/search/about/us"),
            ("for us", "/"),
            ("closed but for the page", "/"),
            ("messy", "/"),
            ("several groups", "/"),
            ("longest decides", "/files/public/about"),
            ("longest decides", "/files/public/prices.pdf?v=2"),
            ("longest decides", "/same"),
            ("longest decides", "/case"),
            ("of an app", "/"),
        ],
    )
    def test_allow_the_rest(self, name: str, path: str) -> None:
        assert outcome(FILES[name], path) == "found"

    @pytest.mark.parametrize(
        "line",
        ["User-agent: a{}\n", "user-agent: o{}*\n", "Disallow: /{}$\n", "Disallow: /*a*{}*b\n"],
    )
    def test_are_read_in_time_that_grows_with_their_length(self, line: str) -> None:
        lines = "".join(line.format(number) for number in range(MAX_TEXT // len(line) // 2))
        rules = "User-agent: *\n" + lines + "Disallow: /x\n" * 15_000

        began = time.process_time()
        assert outcome(rules[:MAX_TEXT], "/") == "found"
        assert time.process_time() - began < 3


class TestLargeFile:
    def test_is_read_up_to_its_last_whole_line(self) -> None:
        """The half of a rule would forbid everything."""
        head = "User-agent: *\nDisallow: /x\n"
        rest = "\nDisallow: /only-this"
        comment = "#" * (MAX_TEXT - len(head) - len("\nDisallow: /"))

        assert outcome(head + comment + rest, "/") == "found"
        assert outcome(head + comment + rest, "/x") == "disallowed"

"""HTML of mails: its links, what it shows, what it says in plain text, and how long that takes."""

import time

import pytest

from outrider.kit.text import markup

URL = "https://a.example/x"


class TestRewriteLinks:
    @pytest.mark.parametrize(
        ("html", "expected"),
        [
            ('<a href="old">x</a>', '<a href="new&amp;1">x</a>'),
            ("<A class=b HREF = 'old' >x</A>", '<A class=b HREF = "new&amp;1" >x</A>'),
            ("<a href=old>x</a>", '<a href="new&amp;1">x</a>'),
            ('<a title="a > b" href="old">x</a>', '<a title="a > b" href="new&amp;1">x</a>'),
            ('<a href="old" href="other">x', '<a href="new&amp;1" href="other">x'),
            ('<a data-href="old">x</a>', '<a data-href="old">x</a>'),
            ('<link href="old"><img src="old">', '<link href="old"><img src="old">'),
            ('<!-- <a href="old"> -->', '<!-- <a href="old"> -->'),
            ('<style>/*<a href="old">*/</style>', '<style>/*<a href="old">*/</style>'),
            ("<a href>x</a> 1 < 2 <a href='old", "<a href>x</a> 1 < 2 <a href='old"),
        ],
    )
    def test_changes_targets_of_links_only(self, html: str, expected: str) -> None:
        found = markup.rewrite_links(html, lambda to: "new&1" if to == "old" else None)

        assert found == expected


class TestToText:
    @pytest.mark.parametrize(
        ("html", "expected"),
        [
            ("<p>One\n  two</p><p>three</p>", "One two\n\nthree"),
            ("a<br>b<div>c</div>d", "a\nb\nc\nd"),
            ("<ul><li>one</li><li>two</li></ul>end", "- one\n- two\n\nend"),
            (f'<a href="{URL}">see</a>', f"see ({URL})"),
            (f'<a href="{URL}">{URL}</a>', URL),
            (f'<a href="{URL}"></a>', URL),
            (f'<a href="{URL}?a=1&region=eu&copy=2">x</a>', f"x ({URL}?a=1&region=eu&copy=2)"),
            (f'<a href="{URL}?a=1&amp;b=&lt2&copy2">x</a>', f"x ({URL}?a=1&b=&lt2&copy2)"),
            (f'<a href="{URL}?&#97;=&reg;&notit;&gt">x</a>', f"x ({URL}?a=®&notit;>)"),
            ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
            ('<a href="#top">up</a>', "up"),
            ("5 &lt; 6 &amp; 7&nbsp;&euro;", "5 < 6 & 7 €"),
            ("<head><title>T</title><style>p{}</style></head><p>x</p>", "x"),
            ('<img alt="Ada"> <!-- hidden -->', "Ada"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
            ("&#" + "9" * 5_000 + ";", "&#" + "9" * 5_000 + ";"),
        ],
    )
    def test_says_what_a_reader_sees(self, html: str, expected: str) -> None:
        assert markup.to_text(html) == expected


class TestTime:
    @pytest.mark.parametrize(
        "part",
        [
            "<!--",
            "<a href=",
            "<a ",
            "<a href='x'>",
            "<style>",
            "</body>",
            "<",
            "<!",
            "&#",
            "<b a",
            " \n",
        ],
    )
    def test_grows_with_the_length_only(self, part: str) -> None:
        html = part * (300_000 // len(part))
        started = time.process_time()

        markup.rewrite_links(html, lambda _: None)
        markup.shows(html, URL)
        markup.append(html, "x")
        markup.to_text(html)

        assert time.process_time() - started < 5


class TestDisarm:
    @pytest.mark.parametrize(
        "target",
        [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "\x01javascript:alert(1)",
            "&#106;avascript&colon;alert(1)",
            "javascript&#x3a;alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "javascript:" + "x" * 5_000,
        ],
    )
    @pytest.mark.parametrize("quote", ['"', "'"])
    def test_takes_programs_out_of_links(self, target: str, quote: str) -> None:
        html = f"<p><a class=x href={quote}{target}{quote}>here</a></p>"

        assert markup.disarm(html) == '<p><a class=x href="#">here</a></p>'

    @pytest.mark.parametrize(
        "html",
        [
            '<a href="https://example.com/?to=javascript:x">a</a>',
            '<a href="mailto:ada@example.com">a</a>',
            "<a href='/javascript'>a</a>",
            '<img src="data:image/png;base64,x" alt="javascript:">',
            "<p>javascript:alert(1)</p>",
            '<a href="whatsapp://send">a</a>',
        ],
    )
    def test_leaves_all_else_as_it_is(self, html: str) -> None:
        assert markup.disarm(html) == html

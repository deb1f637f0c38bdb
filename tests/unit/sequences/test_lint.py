"""What lint finds, and what it lets pass."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.sequences.lint.findings import LintFinding, Rule
from outrider.sequences.lint.rules import lint
from outrider.sequences.models import Channel, Settings, Step, Variant
from tools.templates import REPOSITORY

WORK = "{{% for i in (1..1000) %}}{{{{ custom.a | default: 'you' | {} | size }}}}{{% endfor %}}"
ADDRESS = Settings(postal_address="1 Main Street, Springfield")


def a_step(*variants: dict[str, Any], channel: Channel = "email", number: int = 1) -> Step:
    made = [Variant(id="abc"[place], **given) for place, given in enumerate(variants or ({},))]
    return Step(
        id=f"stp_{number}",
        channel=channel,
        wait_value=0,
        wait_unit="days",
        condition="always",
        variants=made,
    )


def a_mail(**fields: str) -> Step:
    return a_step({"subject": "A question", "text": "Hello", **fields})


def found(*steps: Step, settings: Settings = ADDRESS) -> list[tuple[str, str]]:
    return [(finding.rule, finding.where) for finding in lint(steps, settings)]


def of(rule: str, *steps: Step) -> LintFinding:
    return next(each for each in lint(steps, ADDRESS) if each.rule == rule)


class TestLint:
    def test_lets_a_letter_pass(self) -> None:
        text = (
            "Hi {{ first_name | default: 'you' }}, is CRM at ACME NASA new? See https://a.example"
        )
        follow_up = a_step({"text": text}, number=2)

        assert found(a_mail(text=text, html=f"<p>{text}</p>"), follow_up) == []

    def test_names_the_variant(self) -> None:
        step = a_step({"subject": "A", "text": "a"}, {"subject": "B!!", "text": "b"})

        assert found(step) == [("punctuation", "/steps/0/variants/1/subject")]
        assert of("punctuation", step).step == "stp_1"

    def test_tries_no_more_than_a_part_of_what_does_too_much(self) -> None:
        heavy = WORK.format("split: '' | sort | uniq")
        steps = [a_step({"text": heavy}, number=number) for number in range(30)]

        tried = [rule for rule, _ in found(*steps) if rule == "work"]

        assert 1 < len(tried) < 30

    def test_goes_in_the_order_of_the_steps(self) -> None:
        steps = [a_step(number=2), a_mail(text="Act now"), a_step(number=3, channel="sms")]

        places = [where[:8] for _, where in found(*steps)]

        assert places == ["/steps/0", "/steps/0", "/steps/1", "/steps/2"]

    def test_lack_of_content_is_an_error_where_there_is_somebody(self) -> None:
        assert [each.severity for each in lint([a_step()], ADDRESS)] == ["error", "error"]
        quiet = lint([a_step()], ADDRESS, to_somebody=False)
        assert [each.severity for each in quiet] == ["info", "info"]
        assert found(a_mail(), a_step(channel="call", number=2)) == []

    def test_asks_for_a_postal_address(self) -> None:
        assert found(a_mail(), settings=Settings()) == [
            ("postal_address", "/settings/postal_address")
        ]
        assert found(a_step(channel="task"), settings=Settings()) == []

    def test_says_where_tracking_has_no_effect(self) -> None:
        tracked = ADDRESS.model_copy(update={"track_clicks": True})
        text, html = a_mail(), a_mail(html="<p>Hello</p>")
        after = a_step({"text": "Hi", "html": "<p>Hi</p>"}, number=2)
        if_clicked = after.model_copy(update={"condition": "clicked"})

        assert found(text) == []
        assert found(text, settings=tracked) == [("tracking", "/steps/0/text")]
        assert found(html, if_clicked, settings=tracked) == []
        assert found(html, if_clicked) == [("tracking", "/steps/1/if")]
        assert found(text, if_clicked, settings=tracked) == [
            ("tracking", "/steps/0/text"),
            ("tracking", "/steps/1/if"),
        ]

    @pytest.mark.parametrize(
        ("condition", "said"), [("opened", "never true"), ("not_opened", "always true")]
    )
    def test_says_what_a_condition_comes_to_that_nothing_tells(
        self, condition: str, said: str
    ) -> None:
        step = a_step({"text": "Hi"}, number=2).model_copy(update={"condition": condition})

        assert said in of("tracking", a_mail(), step).message

    def test_is_told_rule_by_rule(self) -> None:
        page = (REPOSITORY / "docs" / "sequences.md").read_text("utf-8").partition("## Lint")[2]

        assert all(f"`{rule}`" in page for rule in get_args(Rule))


class TestWording:
    @pytest.mark.parametrize(
        ("subject", "rule"),
        [
            ("Re: your question", "subject_reply"),
            ("FWD: your question", "subject_reply"),
            ("READ THIS TODAY, PLEASE", "shouting"),
            ("x" * 71, "subject_long"),
            ("Save $$$", "punctuation"),
            ("Risk-free for you", "spam_phrase"),
        ],
    )
    def test_of_subjects(self, subject: str, rule: str) -> None:
        assert found(a_mail(subject=subject)) == [(rule, "/steps/0/subject")]

    def test_a_follow_up_may_answer(self) -> None:
        assert found(a_mail(), a_step({"subject": "Re: A question", "text": "?"}, number=2)) == []

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("This IS GREAT NEWS TODAY for us", "shouting"),
            ("{You can|Please} CLICK\nhere", "spam_phrase"),
            ("Dernière chance", "spam_phrase"),
        ],
    )
    def test_of_text(self, text: str, rule: str) -> None:
        assert found(a_mail(text=text)) == [(rule, "/steps/0/text")]


class TestTemplates:
    @pytest.mark.parametrize(
        ("text", "rule", "severity"),
        [
            ("{{ first_nme }}", "unknown_variable", "error"),
            ("{{ contact.first_name }}", "unknown_variable", "error"),
            ("{{ plan | default: 'x' }}", "unknown_variable", "warning"),
            ("{{ sender.phone }}", "unknown_variable", "error"),
            ("{{ email | upcaze }}", "unknown_filter", "error"),
            ("{% include 'footer' %}", "unknown_tag", "error"),
            ("{{ custom.plan }}", "missing_default", "warning"),
            ("{{ title | default: last_name }}", "missing_default", "warning"),
            ("{% if title %}{{ last_name }}{% endif %}", "missing_default", "warning"),
            ("{% if title or last_name %}{{ title }}{% endif %}", "missing_default", "warning"),
            ("{% if titel %}a{% endif %}", "unknown_variable", "error"),
            ("{Hi|Hello", "spintax", "error"),
            (WORK.format("split: '' | sort"), "work", "error"),
            (WORK.format("upcase"), "work", "warning"),
        ],
    )
    def test_finds(self, text: str, rule: str, severity: str) -> None:
        finding = of(rule, a_mail(text=text))

        assert (finding.severity, finding.where) == (severity, "/steps/0/text")

    @pytest.mark.parametrize(
        "text",
        [
            "{{ email }} {{ sender.email }} {{ unsubscribe_url }} {{ created_at | date: '%Y' }}",
            "{{ title | default: 'x' | upcase }} {{ custom.a.b | default: 'x' }}",
            "{{ title | default: custom['Deal Stage'] | default: last_name | default: 'x' }}",
            "{% assign role = title | default: 'x' %}{{ role }}{% for tag in tags %}{{ tag }}"
            "{{ forloop.index }}{% endfor %}",
            "{% if title %}{{ title }}{% elsif last_name != blank %}{{ last_name }}{% endif %}",
            "{% unless title and last_name %}a{% else %}{{ title }} {{ last_name }}{% endunless %}",
            "{% case title %}{% when 'a', 'b' %}{{ title }}{% endcase %}"
            "{% if custom.a.b > 2 %}{{ custom.a }}{% endif %}",
            "{Hi|Hello {there|friend}} p {color: red}",
        ],
    )
    def test_lets_pass_what_everybody_has(self, text: str) -> None:
        assert found(a_mail(text=text)) == []

    def test_helps_with_names(self) -> None:
        assert "write first_name" in of("unknown_variable", a_mail(text="{{ firstname }}")).message

    def test_helps_with_names_that_have_blanks(self) -> None:
        message = of("missing_default", a_mail(text="{{ custom['Deal Stage'] }}")).message
        advice = re.search(r"\{\{.*?\}\}", message)

        assert advice
        assert advice[0] == "{{ custom['Deal Stage'] | default: '…' }}"
        assert found(a_mail(text=advice[0])) == []


class TestMarkup:
    def html(self, html: str) -> list[str]:
        return [rule for rule, _ in found(a_mail(html=html))]

    def test_of_links(self) -> None:
        link = '<a href="{}">{}</a>'.format
        assert self.html(link("https://a.example/x", "our site")) == []
        assert self.html(link("https://a.example/x", "www.a.example")) == []
        assert self.html(link("https://{{ custom.d | default: 'x' }}/", "b.example")) == []
        assert self.html(link("http://a.example", "x")) == ["link_insecure"]
        assert self.html(link("https://192.0.2.1/", "x")) == ["link_ip"]
        assert self.html(link("https://[2001:db8::1]/", "x")) == ["link_ip"]
        assert self.html(link("https://bit.ly/x", "x")) == ["link_shortener"]
        assert self.html(link("https://evil.example/", "https://a.example/x")) == ["link_deceptive"]
        assert self.html(link("https://a.example/", "x") * 4) == ["link_count"]
        assert self.html(link("https://a.example/off", "Opt-out")) == ["unsubscribe"]
        assert self.html(link("{{ unsubscribe_url }}", "Unsubscribe")) == []

    def test_of_what_is_shown(self) -> None:
        assert self.html("<p>Hello</p><img src=x>") == ["image_ratio"]
        assert self.html(f"<p>{'word ' * 40}</p><img src=x>") == []
        assert self.html("<form></form>") == ["active_content"]
        assert self.html("<style>p {color: red}</style><!-- ACT NOW!!! --><p>Hi</p>") == []
        assert self.html("<p>" + "<b>" * 36_000) == ["size"]

    @given(st.lists(st.sampled_from([*"<a>href=\"'{}|%/! &#x;:.", "http://", "<img"])))
    def test_reads_whatever_comes(self, pieces: list[str]) -> None:
        lint([a_mail(html="".join(pieces), text="".join(pieces))], ADDRESS)

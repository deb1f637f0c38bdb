"""What a template may do: counted, the same on every machine."""

import pytest

from outrider.kit.text import template_work, templates
from outrider.kit.text.template_work import MOST_WORK
from outrider.kit.text.templates import Kind, TemplateInvalid

KINDS: list[Kind] = ["text", "html"]
FILTERS = sorted(templates.parse("").env.filters)
ARGUMENTS = {
    name: arguments
    for arguments, names in {
        ": 'b'": "append prepend remove remove_first remove_last split join map where reject find "
        "find_index has date",
        ": 'b', 'c'": "replace replace_first replace_last",
        ": 2": "at_least at_most divided_by minus modulo plus times slice truncate truncatewords",
        ": words": "concat",
    }.items()
    for name in names.split()
}
LONG = "a" * 4_000
WORDS = ["word"] * 500
VALUES = {"custom": {"a": LONG}, "words": WORDS}
CHAIN = ' | split: "" | sort | reverse | join: "," | split: "," | uniq'


def rounds(body: str) -> str:
    return "{% for i in (1..1000) %}" + body + "{% endfor %}"


def nested(opening: str, closing: str, times: int = 25) -> str:
    return opening * times + "x" + closing * times


HOSTILE = {
    "a chain of filters": rounds("{% assign y = custom.a" + CHAIN * 20 + " %}"),
    "the same after doubling": "{% assign x = custom.a | append: custom.a %}"
    + rounds("{% assign y = x" + CHAIN * 20 + " %}"),
    "doubling a list": "{% assign l = words %}" + rounds("{% assign l = l | concat: l %}"),
    "joining a list of long texts": "{% assign l = custom.a | split: '|' %}"
    + "{% assign l = l | concat: l %}" * 12
    + rounds("{% assign s = l | join: ',' | size %}"),
    "a branch taken many times": nested(
        "{% case 1 %}{% when " + "1," * 500 + "1 %}", "{%endcase%}"
    ),
    "many conditions": rounds("{% if 1 == 2 %}" + "{% elsif 1 == 2 %}" * 5_000 + "{% endif %}"),
    "long conditions": rounds("{% if " + "'a' == 'b' or " * 130 + "false %}{% endif %}"),
    "many cases": rounds("{% case 1 %}" + "{% when 2 %}" * 5_000 + "{% endcase %}"),
    "many names": "".join(f"{{% assign a{n} = 1 %}}" for n in range(4_000)),
    "empty loops": "{% for i in (1..1000) %}{% endfor %}" * 2_500,
    "tables": "{% tablerow i in (1..1000) %}{% endtablerow %}" * 2_000,
    "long text in a loop": "{% for i in (1..1000) %}{% capture c %}"
    + "x" * 90_000
    + "{% endcapture %}{% endfor %}",
    "comparing long values": rounds("{% if custom.a == custom.a %}{% endif %}" * 50),
    "looking for what is not there": "{% assign x = custom.a | append: custom.a %}"
    + rounds("{% if x contains 'b' %}{% endif %}" * 50),
    "replacing what almost is there": rounds(
        "{% assign y = custom.a | replace: '" + "a" * 98 + "b', 'c' %}" * 10
    ),
    "dates": rounds("{{ custom.a | date: '%Y' }}" * 50),
    "tags without an end": "{% assign x = '<a ' %}"
    + "{% assign x = x | append: x %}" * 14
    + rounds("{% assign y = x | strip_html %}"),
    "lines of a liquid tag": rounds("{% liquid\n" + "assign x = custom.a | size\n" * 70 + "%}"),
}


class TestStops:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", HOSTILE)
    def test_what_never_ends(self, name: str, kind: Kind) -> None:
        with pytest.raises(TemplateInvalid, match=r"too much work|limit reached"):
            templates.render(HOSTILE[name], VALUES, kind)

    def test_says_where(self) -> None:
        source = (
            "Hi\n{% for i in (1..1000) %}{% assign y = custom.a | split: '' | uniq %}{% endfor %}"
        )

        with pytest.raises(TemplateInvalid, match="stopped in line 2, at 'uniq'"):
            templates.render(source, VALUES, "text")

    def test_numbers_that_grow_for_ever(self) -> None:
        source = "{% assign x = 10 %}" + rounds("{% assign x = x | times: x %}")

        with pytest.raises(TemplateInvalid, match="the number is too large"):
            templates.render(source, {}, "text")

    def test_what_is_counted_wrongly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(template_work, "MOST_SECONDS", -1)

        with pytest.raises(TemplateInvalid, match="too much work"):
            templates.render(rounds("{{ i }}"), {}, "text")


class TestCounts:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", FILTERS)
    def test_what_every_filter_is_given(self, name: str, kind: Kind) -> None:
        source = f"{{{{ custom.a | {name}{ARGUMENTS.get(name, '')} }}}}"

        few, many = (
            templates.work(source, {**VALUES, "custom": {"a": value}}, kind)
            for value in ("a", LONG)
        )

        assert many - few >= len(LONG) // 8

    @pytest.mark.parametrize(
        "tag",
        [
            "{{ 1 }}",
            "text",
            "{% if true %}{% endif %}",
            "{% unless false %}{% endunless %}",
            "{% case 1 %}{% when 1 %}{% endcase %}",
            "{% for j in words limit: 1 %}{% endfor %}",
            "{% assign x = 1 %}",
            "{% capture x %}{% endcapture %}",
            "{% cycle 1, 2 %}",
            "{% increment x %}",
            "{% ifchanged %}{% endifchanged %}",
            "{% echo 1 %}",
            "{% raw %}x{% endraw %}",
        ],
    )
    def test_every_round_of_every_tag(self, tag: str) -> None:
        assert templates.work(rounds(tag), VALUES, "text") >= 2_000

    def test_little_for_a_usual_mail(self) -> None:
        """Fifty variables, two filters each, and a list."""
        source = "{{ custom.a | default: 'you' | capitalize }}, " * 50 + (
            "{% for word in words limit: 20 %}- {{ word }}\n{% endfor %}"
        )

        assert templates.work(source, {"custom": {"a": "Ada"}, "words": WORDS}, "html") < (
            MOST_WORK // 100
        )


class TestStripHtml:
    def test_leaves_what_is_said(self) -> None:
        source = (
            "{{ '<p class=\"a\">One <!-- no --><b>two</b></p><script>no</script>' | strip_html }}"
        )

        assert templates.render(source, {}, "text") == "One two"

    @pytest.mark.parametrize("piece", ["<a ", "<a/", '<a b="', "<!--", "</a", "<?"])
    def test_ends_for_tags_that_do_not(self, piece: str) -> None:
        """These took the library's filter minutes."""
        text = "x>" + piece * (90_000 // len(piece))

        assert templates.render("{{ a | strip_html }}", {"a": text}, "text")[:2] == "x>"


RANGES = {
    "output": "{{ R }}",
    "filtered": "{{ R | last }}",
    "argument": "{{ 'a' | append: R }}",
    "second argument": "{{ 'a' | replace: 'a', R }}",
    "named argument": "{{ 'a' | default: 'b', allow_false: R }}",
    "start of a range": "{{ (R..3) }}",
    "assign": "{% assign x = R | size %}",
    "capture": "{% capture x %}{{ R }}{% endcapture %}",
    "echo": "{% echo R %}",
    "liquid": "{% liquid\nif true\nassign x = R\nendif\n%}",
    "cycle": "{% cycle R, 'b' %}",
    "ifchanged": "{% ifchanged %}{{ R }}{% endifchanged %}",
    "for": "{% for i in R %}{% endfor %}",
    "limit": "{% for i in (1..2) limit: R %}{% endfor %}",
    "offset": "{% for i in (1..2) offset: R %}{% endfor %}",
    "empty for": "{% for i in none %}{% else %}{{ R }}{% endfor %}",
    "tablerow": "{% tablerow i in R %}{% endtablerow %}",
    "columns": "{% tablerow i in (1..2) cols: R %}{% endtablerow %}",
    "if": "{% if R contains 'x' %}{% endif %}",
    "right of a comparison": "{% if 'x' == R %}{% endif %}",
    "and": "{% if true and R %}{% endif %}",
    "elsif": "{% if false %}{% elsif R == 1 %}{% endif %}",
    "else": "{% if false %}{% else %}{{ R }}{% endif %}",
    "unless": "{% unless R contains 'x' %}{% endunless %}",
    "case": "{% case R %}{% when 1 %}{% endcase %}",
    "when": "{% case 1 %}{% when 2, R %}{% endcase %}",
    "case's else": "{% case 1 %}{% when 2 %}{% else %}{{ R }}{% endcase %}",
}


class TestRanges:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("end", ["1001", "99999999999", "n", "'99999999999'"])
    @pytest.mark.parametrize("place", RANGES)
    def test_too_long_are_refused_wherever_they_stand(
        self, place: str, end: str, kind: Kind
    ) -> None:
        source = RANGES[place].replace("R", f"(1..{end})")
        values = {"n": 10**12, "none": []}

        with pytest.raises(TemplateInvalid, match="the range is too long"):
            templates.render(source, values, kind)
        assert templates.work(source, values, kind) < 1_000

    def test_of_most_iterations_are_taken(self) -> None:
        assert templates.render("{{ (1..1000) | last }}{{ (5..1) | size }}", {}, "text") == "10000"

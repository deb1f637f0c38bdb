"""What the caching headers of a page allow. Source of the rules: RFC 9111."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock
from outrider.research.models import PageCaching
from outrider.research.site.caching import caching_of, conditions_of, renewed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DATE = "Mon, 02 Mar 2026 09:00:00 GMT"
HOUR_LATER = "Mon, 02 Mar 2026 10:00:00 GMT"
HOUR_BEFORE = "Mon, 02 Mar 2026 08:00:00 GMT"


def caching(**headers: str) -> PageCaching:
    with clock.frozen(NOW):
        return caching_of({name.replace("_", "-"): value for name, value in headers.items()})


class TestFreshness:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"cache_control": "public"}, None),
            ({"cache_control": "max-age=60"}, 60),
            ({"cache_control": "private, MAX-AGE = 60 , must-revalidate"}, 60),
            ({"cache_control": 'max-age="60"'}, 60),
            ({"cache_control": "max-age=60, max-age=900"}, 60),
            ({"cache_control": "s-maxage=900, max-age=60"}, 60),
            ({"cache_control": "max-age=60", "age": "45"}, 15),
            ({"cache_control": "max-age=60", "age": "600"}, 0),
            ({"cache_control": "max-age=60", "age": "soon"}, 60),
            ({"cache_control": "max-age=soon"}, 0),
            ({"cache_control": "max-age=-1"}, 0),
            ({"cache_control": "max-age"}, 0),
            ({"cache_control": "no-cache, max-age=60"}, 0),
            ({"cache_control": 'no-cache="set-cookie", max-age=60'}, 0),
            ({"cache_control": "max-age=60", "expires": HOUR_LATER}, 60),
            ({"expires": HOUR_LATER}, 3_600),
            ({"expires": HOUR_LATER, "date": HOUR_BEFORE}, 7_200),
            ({"expires": HOUR_LATER, "date": "yesterday"}, 3_600),
            ({"expires": HOUR_BEFORE}, 0),
            ({"expires": "0"}, 0),
            ({"vary": "*"}, 0),
            ({"vary": "accept-encoding"}, None),
        ],
    )
    def test_is_what_the_headers_say(self, headers: dict[str, str], seconds: int | None) -> None:
        assert caching(**headers).fresh_seconds == seconds

    @pytest.mark.parametrize(
        ("control", "may_store"),
        [("no-store", False), ("max-age=60, No-Store", False), ("private", True), ("public", True)],
    )
    def test_is_none_of_what_may_not_be_stored(self, control: str, *, may_store: bool) -> None:
        assert caching(cache_control=control).may_store == may_store

    @given(st.dictionaries(st.sampled_from(["cache-control", "expires", "age"]), st.text()))
    def test_is_known_for_any_header(self, headers: dict[str, str]) -> None:
        seconds = caching_of(headers).fresh_seconds

        assert seconds is None or seconds >= 0


class TestConditions:
    @pytest.mark.parametrize(
        ("headers", "conditions"),
        [
            ({}, {}),
            ({"etag": '"a1"'}, {"If-None-Match": '"a1"'}),
            ({"etag": 'W/"a1"'}, {"If-None-Match": 'W/"a1"'}),
            ({"etag": "a1"}, {}),
            ({"etag": '"a"\r\nX-Evil: 1'}, {}),
            ({"etag": f'"{"a" * 300}"'}, {}),
            ({"last_modified": DATE}, {"If-Modified-Since": DATE}),
            ({"last_modified": "Monday, 02-Mar-26 09:00:00 GMT"}, {"If-Modified-Since": DATE}),
            ({"last_modified": "yesterday\r\nX-Evil: 1"}, {}),
        ],
    )
    def test_repeat_the_validators(
        self, headers: dict[str, str], conditions: dict[str, str]
    ) -> None:
        assert conditions_of(caching(**headers)) == conditions

    def test_keep_what_a_response_without_a_page_leaves_out(self) -> None:
        first = caching(cache_control="max-age=60", etag='"a1"', last_modified=DATE)

        assert renewed(first, {"date": DATE}) == first
        assert renewed(first, {"cache-control": "no-store"}).may_store is False
        assert renewed(first, {"cache-control": "max-age=9"}).fresh_seconds == 9
        assert renewed(first, {"etag": '"b2"'}).etag == '"b2"'

from urllib.parse import quote

import pytest

from outrider.events.schemas import EventQuery
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.requests import parse_query


def parsed(query: str) -> EventQuery:
    result = parse_query(query, EventQuery)
    assert isinstance(result, EventQuery)
    return result


class TestEventQuery:
    def test_reads_times_of_any_zone(self) -> None:
        query = parsed(f"since={quote('2026-03-02T10:00:00+01:00')}&until=2026-03-02T09:00:01Z")

        assert query.since == "2026-03-02T09:00:00.000Z"
        assert query.until == "2026-03-02T09:00:01.000Z"

    @pytest.mark.parametrize(
        "query",
        [
            "type=contact.exploded",
            "type=*",
            "since=yesterday",
            "since=2026-03-02T09:00:00",
            "since=1700000000",
            "until=9999-12-31T23:59:59-12:00",
            "since=2026-03-02T09:00:00Z&until=2026-03-02T09:00:00Z",
            "since=2026-03-02T09:00:00Z&until=2026-03-01T09:00:00Z",
            "limit=0",
            "type=",
            "type=contact.created,",
            "actor=key",
            "actor=key:con_01jf3k9q2c8m5v7x0b4n6t1rwe",
            "resource=ada@example.com",
            "sort=newest",
        ],
    )
    def test_refuses_what_it_does_not_understand(self, query: str) -> None:
        with pytest.raises(ValidationFailed):
            parsed(query)

    def test_names_what_types_there_are(self) -> None:
        with pytest.raises(ValidationFailed, match=r"contact\.created"):
            parsed("type=contact.exploded")

    def test_takes_names_and_families_in_any_order(self) -> None:
        query = parsed("type=email.sent,%20campaign.*,email.sent")

        assert query.type == "campaign.*,email.sent"
        assert query.names is not None
        assert {"email.sent", "campaign.created", "campaign.launched"} <= query.names

    @pytest.mark.parametrize(
        ("given", "actor"),
        [
            ("engine", "engine"),
            ("key_01jf3k9q2c8m5v7x0b4n6t1rwe", "key:key_01jf3k9q2c8m5v7x0b4n6t1rwe"),
            ("key:key_01jf3k9q2c8m5v7x0b4n6t1rwe", "key:key_01jf3k9q2c8m5v7x0b4n6t1rwe"),
            ("agr_01jf3k9q2c8m5v7x0b4n6t1rwe", "agent:agr_01jf3k9q2c8m5v7x0b4n6t1rwe"),
        ],
    )
    def test_knows_actors(self, given: str, actor: str) -> None:
        assert parsed(f"actor={given}").actor == actor

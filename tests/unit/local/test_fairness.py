"""Whose message is next."""

import json
from typing import Any

from local.fairness import group_of, next_messages

_NOW = 1_000.0


def _message(group: str | None, *, in_flight: bool = False, delayed: bool = False) -> Any:
    hidden = in_flight or delayed
    return {
        "id": "m",
        "group_id": group,
        "visible_at": _NOW + 30 if hidden else _NOW,
        "receive_count": int(in_flight),
    }


def _groups(messages: list[Any], most: int) -> list[str | None]:
    return [each["group_id"] for each in next_messages(messages, most, _NOW)]


class TestNextMessages:
    def test_gives_each_group_a_turn(self) -> None:
        crowd = [_message("many") for _ in range(1000)]

        assert _groups([*crowd, _message("one")], 3) == ["many", "one", "many"]

    def test_gives_the_one_with_the_fewest_in_flight_first(self) -> None:
        busy = [_message("many", in_flight=True) for _ in range(2)]

        assert _groups([*busy, _message("many"), _message("one")], 1) == ["one"]

    def test_keeps_the_order_within_a_group(self) -> None:
        messages = [_message(None) | {"id": number} for number in range(20)]

        found = next_messages(messages, 10, _NOW)

        assert [each["id"] for each in found] == list(range(10))

    def test_leaves_what_is_in_flight_or_delayed(self) -> None:
        assert _groups([_message("a", in_flight=True), _message("b", delayed=True)], 10) == []


class TestGroupOf:
    EVENT = json.dumps({"detail": {"workspace_id": "wsp_1"}})

    def test_is_where_the_target_says_it_stands(self) -> None:
        assert group_of(self.EVENT, "$.detail.workspace_id") == "wsp_1"

    def test_is_none_where_the_event_has_none(self) -> None:
        assert group_of(self.EVENT, "$.detail.bucket.name") == ""
        assert group_of(self.EVENT, "") == ""

    def test_may_be_the_same_for_all(self) -> None:
        assert group_of(self.EVENT, "imports") == "imports"

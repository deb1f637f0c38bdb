"""Merging contacts: nothing negative is lost, and the steps in which it is done do not matter."""

from hypothesis import given
from hypothesis import strategies as st

from outrider.contacts.merging import rules
from outrider.contacts.models import Contact, Status

_NEGATIVE: tuple[Status, ...] = ("unsubscribed", "bounced", "not_interested")
_TEXT = st.none() | st.sampled_from(["", "a", "b", "c"])
_TIME = st.none() | st.sampled_from(["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"])
_NAMES = st.lists(st.sampled_from("abcdef"), max_size=3)


@st.composite
def _contacts(draw: st.DrawFn, count: int) -> list[Contact]:
    return [
        Contact(
            id=f"con_{number}",
            email=f"{number}@example.com",
            other_emails=[
                f"{number}.{each}@example.com" for each in range(draw(st.integers(0, 2)))
            ],
            merged_ids=[f"con_{number}.{each}" for each in range(draw(st.integers(0, 2)))],
            first_name=draw(_TEXT),
            title=draw(_TEXT),
            fit_score=draw(st.none() | st.floats(0, 1)),
            tags=draw(_NAMES),
            custom=draw(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3))),
            status=draw(st.sampled_from(rules.RANK)),
            verified=draw(st.booleans()),
            last_replied_at=draw(_TIME),
            created_at="",
            updated_at="",
        )
        for number in range(count)
    ]


@given(_contacts(4))
def test_is_associative(contacts: list[Contact]) -> None:
    first, second, third, fourth = contacts
    at_once = rules.merged(first, [second, third, fourth])

    one_by_one = rules.merged(rules.merged(rules.merged(first, [second]), [third]), [fourth])
    losers_first = rules.merged(first, [rules.merged(second, [third]), fourth])

    assert one_by_one == losers_first == at_once


@given(_contacts(3))
def test_never_makes_a_negative_state_positive(contacts: list[Contact]) -> None:
    after = rules.merged(contacts[0], contacts[1:])

    if any(each.status in _NEGATIVE for each in contacts):
        assert after.status in _NEGATIVE
    if any(each.status == "unsubscribed" for each in contacts):
        assert after.status == "unsubscribed"


@given(_contacts(3))
def test_loses_no_tag_and_no_address(contacts: list[Contact]) -> None:
    after = rules.merged(contacts[0], contacts[1:])

    assert set(after.tags) == {tag for each in contacts for tag in each.tags}
    assert {after.email, *after.other_emails} == {
        address for each in contacts for address in (each.email, *each.other_emails)
    }


@given(_contacts(3))
def test_changes_nothing_that_the_winner_says(contacts: list[Contact]) -> None:
    winner = contacts[0]

    after = rules.merged(winner, contacts[1:])

    assert (after.id, after.email, after.verified) == (winner.id, winner.email, winner.verified)
    assert after.title == winner.title or not winner.title
    assert after.custom.items() >= winner.custom.items()

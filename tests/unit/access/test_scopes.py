"""Deny by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.access import scopes
from outrider.access.scopes import ALIASES, ALL, ROLES, Role, covers

SINGLE = [scope for scope in ALL if scope != "*" and scope not in scopes.FAMILIES]


class TestCovers:
    @pytest.mark.parametrize(
        ("granted", "required", "covered"),
        [
            ([], "contacts:read", False),
            (["contacts:read"], "contacts:read", True),
            (["contacts:read"], "contacts:write", False),
            (["contacts:write"], "contacts:read", False),
            (["contacts"], "leads:write", True),
            (["contacts"], "campaigns:read", False),
            (["campaigns"], "webhooks:write", True),
            (["campaigns"], "events:read", False),
            (["contacts", "campaigns"], "api_keys:write", False),
            (["contacts:read", "contacts:write"], "contacts", False),
            (["contacts", "campaigns"], "*", False),
            (["*"], "*", True),
            (["chat"], "agent", False),
            ([""], "contacts:read", False),
            (["contacts:read"], "", False),
        ],
    )
    def test_gives_what_was_granted_and_nothing_else(
        self, granted: list[str], required: str, covered: bool
    ) -> None:
        assert covers(granted, required) is covered

    @given(granted=st.sets(st.sampled_from(ALL)), middle=st.sampled_from(ALL))
    def test_a_key_never_gives_more_than_it_has(self, granted: set[str], middle: str) -> None:
        if covers(granted, middle):
            gained = [scope for scope in ALL if covers([middle], scope)]

            assert [scope for scope in gained if not covers(granted, scope)] == []

    @given(granted=st.sets(st.sampled_from(ALL)), more=st.sampled_from(ALL))
    def test_more_scopes_never_cover_less(self, granted: set[str], more: str) -> None:
        before = {scope for scope in ALL if covers(granted, scope)}

        assert before <= {scope for scope in ALL if covers(granted | {more}, scope)}

    @pytest.mark.parametrize("scope", SINGLE)
    def test_a_single_scope_covers_only_itself(self, scope: str) -> None:
        same = {ALIASES.get(scope, scope), *(each for each in ALIASES if ALIASES[each] == scope)}

        assert {each for each in ALL if covers([scope], each)} == {scope, *same}


def may(role: Role) -> set[str]:
    return {scope for scope in ALL if covers(ROLES[role], scope)}


class TestRoles:
    def test_are_each_within_the_one_before(self) -> None:
        viewer, member, admin, owner = (may(role) for role in reversed(ROLES))

        assert viewer < member < admin < owner

    def test_of_an_admin_is_everything_there_is_now(self) -> None:
        assert may("owner") - may("admin") == {"*"}

    def test_of_a_member_sets_up_nothing(self) -> None:
        assert may("admin") - may("member") == {
            "campaigns",
            "mailboxes:write",
            "webhooks:write",
            "api_keys:write",
        }

    def test_of_a_viewer_is_to_read(self) -> None:
        reading = {scope for scope in ALL if ALIASES.get(scope, scope).endswith(":read")}

        assert may("viewer") == reading

    @pytest.mark.parametrize("role", ROLES)
    def test_name_scopes_that_exist_once(self, role: Role) -> None:
        assert set(ROLES[role]) <= set(ALL)
        assert len(set(ROLES[role])) == len(ROLES[role])

import pytest

from outrider.events.catalogue import HIGH_VOLUME, NAMES
from outrider.webhooks.endpoints.subscriptions import check, wants


class TestCheck:
    def test_takes_everything_families_and_names_each_once(self) -> None:
        assert check(["*", "lead.*", "contact.created", "lead.*"]) == [
            "*",
            "lead.*",
            "contact.created",
        ]

    @pytest.mark.parametrize("name", ["", "contact", "contact.", "*.created", "contact.exploded"])
    def test_refuses_an_unknown_name_and_lists_what_there_is(self, name: str) -> None:
        with pytest.raises(ValueError, match=r"Available are \*, contact\.\*.*, task\.due"):
            check(["contact.created", name])


class TestWants:
    def test_everything_is_everything(self) -> None:
        assert all(wants(["*"], name) for name in NAMES)

    def test_a_name_is_that_event_alone(self) -> None:
        assert [name for name in NAMES if wants(["email.sent"], name)] == ["email.sent"]

    def test_a_family_is_its_events(self) -> None:
        wanted = [name for name in NAMES if wants(["credits.*"], name)]

        assert wanted == ["credits.low", "credits.depleted", "credits.reset"]

    def test_a_family_leaves_out_what_comes_with_every_mail(self) -> None:
        wanted = {name for name in NAMES if wants(["email.*"], name)}

        assert wanted == {"email.bounced", "email.complained", "email.failed", "email.skipped"}
        assert not wanted & HIGH_VOLUME

"""Whose an address is: proofs, and that without one nobody sends as it or gets the mail to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from outrider.mailboxes.wiring import inboxes
from tests.harness import stack
from tests.harness.api import Api, Mode
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.test_previews import step_ids
from tests.nameserver import Zone, nameserver

ADDRESS = "ada@acme.com"
CALLS = 5
"""The meter, the mailbox, what is proved; then the code kept and the email, or the code tried and a
proof kept."""
CODE = re.compile(r"\b[0-9]{8}\b")


@pytest.fixture(autouse=True)
def proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default of the template."""
    monkeypatch.setitem(stack.PARAMETERS, "MailboxOwnership", "proved")


def verify(api: Api, mailbox: dict[str, Any], body: Any = None, **options: Any) -> Any:
    return api.post(f"/v1/mailboxes/{mailbox['id']}/verify", body, **options)


@contextmanager
def published(cloud: Cloud, record: dict[str, str] | None, **more: list[str]) -> Iterator[None]:
    """DNS with the record, and MX records."""
    zone: dict[tuple[str, str], list[str] | str] = {("acme.com", "TXT"): ['"v=spf1 -all"']}
    if record:
        zone[record["name"], record["type"]] = ['"of another"', f'"{record["value"]}"']
    zone |= {("acme.com", kind): values for kind, values in more.items()}
    answers: Zone = zone
    with nameserver(answers) as server, cloud.environment(DNS_SERVER=server):
        yield


def code_of(cloud: Cloud) -> str:
    text = cloud.mails()[-1].message.get_content()
    found = CODE.search(text)
    assert found
    return found[0]


class TestProofByDns:
    def test_says_which_record_to_set_until_it_is_there(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        with published(cloud, None):
            asked = verify(api, mailbox).json
        with published(cloud, asked["record"]):
            answer = verify(api, mailbox).json

        assert (asked["verified"], asked["record"]["name"]) == (False, "_outrider.acme.com")
        assert asked["record"]["value"].startswith("outrider-verify=")
        assert (answer["verified"], answer["verified_by"]) == (True, "dns")
        shown = api.get(f"/v1/mailboxes/{mailbox['id']}").json
        assert (shown["verified"], shown["verified_by"], shown["verified_at"]) == (
            *(True, "dns"),
            answer["verified_at"],
        )

    def test_holds_for_every_address_of_the_domain_in_both_modes(
        self, api: Api, cloud: Cloud
    ) -> None:
        in_sandbox = a_mailbox(api, email=ADDRESS, mode="test")
        with published(cloud, None):
            record = verify(api, in_sandbox, mode="test").json["record"]
        with published(cloud, record):
            verify(api, in_sandbox, mode="test")

        assert a_mailbox(api, email="bob@acme.com")["verified_by"] == "dns"
        assert a_mailbox(api, email="bob@mail.acme.com")["verified"] is False

    def test_of_one_workspace_proves_nothing_for_another(self, api: Api, cloud: Cloud) -> None:
        with published(cloud, None):
            record = verify(api, a_mailbox(api, email=ADDRESS)).json["record"]
            theirs = a_mailbox(api, email=ADDRESS, workspace="globex")
        with published(cloud, record):
            answer = verify(api, theirs, workspace="globex").json

        assert (answer["verified"], answer["record"] == record) == (False, False)

    def test_is_over_when_a_check_finds_the_record_gone(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        with published(cloud, None):
            record = verify(api, mailbox).json["record"]
        with published(cloud, record):
            verify(api, mailbox)
            stands = api.post(f"/v1/mailboxes/{mailbox['id']}/check").json
        silent = api.post(f"/v1/mailboxes/{mailbox['id']}/check").json
        with published(cloud, None):
            gone = api.post(f"/v1/mailboxes/{mailbox['id']}/check").json

        assert [each["verified"] for each in (stands, silent, gone)] == [True, True, False]
        assert [each["subject"] for each in gone["last_check"]["findings"]] == ["ownership"]
        assert inboxes().find(ADDRESS) == []
        assert a_mailbox(api, email="bob@acme.com")["verified"] is False


class TestProofByCode:
    def test_ends_with_the_code_that_was_sent(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)

        begun = verify(api, mailbox, {"method": "code"}).json
        answer = verify(api, mailbox, {"code": code_of(cloud)}).json

        (mail,) = cloud.mails()
        assert (mail.recipients, mail.sender) == ([ADDRESS], "codes@outrider.test")
        assert not CODE.search(str(mail.message["Subject"]))
        assert begun["verified"] is False
        assert (answer["verified"], answer["verified_by"]) == (True, "code")
        assert a_mailbox(api, email="bob@acme.com")["verified"] is False

    def test_code_is_stored_as_a_hash_only(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        verify(api, mailbox, {"method": "code"})

        assert code_of(cloud) not in repr(cloud.items("campaigns"))

    @pytest.mark.parametrize("minutes", [0, 31])
    def test_wrong_or_late_code_proves_nothing(self, api: Api, cloud: Cloud, minutes: int) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        verify(api, mailbox, {"method": "code"})
        cloud.clock.advance(minutes=minutes)
        code = code_of(cloud) if minutes else "00000000"

        assert verify(api, mailbox, {"code": code}).status == 422

    def test_code_is_no_good_after_five_tries(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        verify(api, mailbox, {"method": "code"})
        right = code_of(cloud)
        wrong = f"{(int(right) + 1) % 10**8:08}"

        tries = [verify(api, mailbox, {"code": wrong}).status for _ in range(5)]

        assert [*tries, verify(api, mailbox, {"code": right}).status] == [422] * 6

    def test_code_of_another_workspace_proves_nothing(self, api: Api, cloud: Cloud) -> None:
        ours, theirs = (
            a_mailbox(api, email=ADDRESS, workspace=name) for name in ("acme", "globex")
        )
        verify(api, ours, {"method": "code"})
        code = code_of(cloud)
        verify(api, theirs, {"method": "code"}, workspace="globex")

        assert verify(api, theirs, {"code": code}, workspace="globex").status == 422

    def test_five_codes_a_day_go_to_an_address_whoever_asks(self, api: Api, cloud: Cloud) -> None:
        mailboxes = {name: a_mailbox(api, email=ADDRESS, workspace=name) for name in "abc"}

        answers = [
            verify(api, mailbox, {"method": "code"}, workspace=name)
            for _ in range(2)
            for name, mailbox in mailboxes.items()
        ]

        assert [each.status for each in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert len(cloud.mails()) == 5

    def test_needs_a_sender(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "VerificationSender", "")

        answer = verify(api, a_mailbox(api, email=ADDRESS), {"method": "code"})

        assert (answer.status, "VerificationSender" in answer.json["detail"]) == (409, True)

    @pytest.mark.parametrize("name", ["codes@outrider.test", "outrider.test"])
    def test_is_sent_by_the_configuration_set_of_its_sender(
        self, api: Api, cloud: Cloud, name: str
    ) -> None:
        """SES takes it, and asks for the right to it, where a call names none."""
        cloud.verify_identity("outrider.test", ConfigurationSetName="of-the-domain")
        cloud.verify_identity(name, ConfigurationSetName="of-the-operator")
        mailbox = a_mailbox(api, email=ADDRESS)

        verify(api, mailbox, {"method": "code"})

        assert verify(api, mailbox, {"code": code_of(cloud)}).json["verified"] is True
        assert [mail.tags["ses:configuration-set"] for mail in cloud.mails()] == ["of-the-operator"]

    def test_a_test_key_sends_none(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email=ADDRESS, mode="test")

        assert verify(api, mailbox, {"method": "code"}, mode="test").status == 409
        assert cloud.mails() == []

    @pytest.mark.parametrize("ends", [False, True], ids=["begin", "end"])
    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_can_be_ended_wherever_it_was_cut_short(
        self, api: Api, cloud: Cloud, ends: bool, number: int, when: When
    ) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        verify(api, mailbox, {"method": "code"})
        body = {"code": code_of(cloud)} if ends else {"method": "code"}
        with cloud.wire.crash_at(number, when) as crashed:
            verify(api, mailbox, body)
        shown = api.get(f"/v1/mailboxes/{mailbox['id']}").json

        begun = verify(api, mailbox, {"method": "code"}).json
        ended = verify(api, mailbox, {"code": code_of(cloud)}).json

        assert crashed()
        assert shown["verified"] == (ends and (number, when) == (CALLS, "after"))
        assert (begun["verified"], ended["verified"]) == (shown["verified"], True)
        assert [each for each, _ in inboxes().find(ADDRESS)] == [api.workspace().id]


class TestWithoutProof:
    def test_nothing_is_sent_and_each_refusal_says_how_to_prove_it(self, api: Api) -> None:
        mailbox = a_mailbox(api, email=ADDRESS)
        contact = api.post("/v1/contacts", {"email": "eve@example.com"}).json["id"]
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]
        (step,) = step_ids(api, sequence)

        launch = api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": [contact]})
        body = {"step_id": step, "contact_id": contact, "to": ADDRESS}
        test = api.post(f"/v1/sequences/{sequence}/test-send", body)
        pool = api.get("/v1/mailbox-pools/pool_default").json
        (to_do, *_) = api.get("/v1/deliverability").json["mailboxes"][0]["to_do"]

        remedy = f"POST /v1/mailboxes/{mailbox['id']}/verify"
        assert (launch.status, launch.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")
        assert test.status == 409
        assert [remedy in text for text in (launch.json["detail"], test.json["detail"], to_do)] == [
            *[True] * 3
        ]
        assert (pool["mailboxes"]["sending"], pool["capacity_today"]) == (0, 0)

    def test_check_tells_nothing_of_identities_that_others_have(
        self, api: Api, cloud: Cloud
    ) -> None:
        mailboxes = [a_mailbox(api, email=f"ada@{name}.com") for name in ("acme", "nobody")]
        cloud.verify_identity("acme.com")

        checks = [
            api.post(f"/v1/mailboxes/{mailbox['id']}/check").json["last_check"]["findings"]
            for mailbox in mailboxes
        ]

        said = [re.sub("mbx_[0-9a-z]+", "", repr(findings)) for findings in checks]
        assert said[0] == said[1]
        assert [each["subject"] for each in checks[0]] == ["ownership"]


class TestFirst:
    @pytest.fixture(autouse=True)
    def first(self, proved: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "MailboxOwnership", "first")

    def test_has_the_address_in_both_modes_and_others_have_to_prove_it(self, api: Api) -> None:
        claims: list[tuple[str, Mode, str]] = [
            (ADDRESS, "live", "acme"),
            (ADDRESS, "test", "acme"),
            (ADDRESS.title(), "live", "globex"),
            (ADDRESS, "test", "globex"),
        ]

        added = [
            a_mailbox(api, email=email, mode=mode, workspace=workspace)["verified_by"]
            for email, mode, workspace in claims
        ]

        assert added == ["first", "first", None, None]

    def test_loses_the_address_to_who_proves_it(self, api: Api, cloud: Cloud) -> None:
        mine = a_mailbox(api, email=ADDRESS)
        api.grant("globex", address=ADDRESS)
        theirs = a_mailbox(api, email=ADDRESS, workspace="globex")
        owners = [each for each, _ in inboxes().find(ADDRESS)]

        checked = api.post(f"/v1/mailboxes/{mine['id']}/check").json

        assert theirs["verified_by"] == "operator"
        assert owners == [api.workspace("globex").id]
        assert (checked["verified"], checked["last_check"]["findings"][0]["subject"]) == (
            *(False, "ownership"),
        )

    def test_is_nobody_after_another_has_proved_it(self, api: Api) -> None:
        api.grant("globex", domain="acme.com")
        a_mailbox(api, email=ADDRESS, workspace="globex")

        assert a_mailbox(api, email=ADDRESS)["verified"] is False


class TestDeletedMailbox:
    def test_takes_the_proof_of_its_address_with_it(self, api: Api) -> None:
        api.grant(address=ADDRESS)
        granted = a_mailbox(api, email=ADDRESS)

        api.delete(f"/v1/mailboxes/{granted['id']}")

        assert granted["verified_by"] == "operator"
        assert a_mailbox(api, email=ADDRESS)["verified"] is False

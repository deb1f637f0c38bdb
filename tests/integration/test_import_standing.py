"""Who must not be written to, as files say it; and our own files, which come back as they went."""

import csv
import io
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import contacts, imported
from tests.integration.test_exports import exported

ADA = "ada@example.com"


class TestStanding:
    @pytest.mark.parametrize(
        ("column", "value", "status"),
        [
            ("Unsubscribed from all email", "Yes", "unsubscribed"),
            ("Unsubscribed from all email", "", "new"),
            ("HasOptedOutOfEmail", "1", "unsubscribed"),
            ("Email Opt Out", "false", "new"),
            ("Do Not Contact", "x", "unsubscribed"),
            ("UNSUB_TIME", "2024-05-01 10:00:00", "unsubscribed"),
            ("Abgemeldet", "nein", "new"),
            ("Désinscrit", "oui", "unsubscribed"),
            ("Accepts Marketing", "no", "unsubscribed"),
            ("Email Opt-In", "yes", "new"),
            ("Status", "Unsubscribed", "unsubscribed"),
            ("Status", "cleaned", "bounced"),
            ("email_status", "invalid", "bounced"),
            ("Email Status", "Verified", "new"),
            ("Contact Stage", "Do Not Contact", "unsubscribed"),
            ("Lead Status", "Nurture", "new"),
            ("Is Email Bounced", "TRUE", "bounced"),
            ("Email hard bounce reason", "USER_UNKNOWN", "bounced"),
            ("Bounced", "soft", "new"),
            ("hs_email_optout", "true", "unsubscribed"),
            ("GDPR opt out", "1", "unsubscribed"),
            ("Keine Werbung", "x", "unsubscribed"),
            ("Newsletter abbestellt", "nein", "new"),
            ("contact_primary_email_is_unsubscribed", "True", "unsubscribed"),
            ("Email disabled", "True", "unsubscribed"),
            ("Allow emails", "no", "unsubscribed"),
            ("Can contact", "yes", "new"),
            ("Iscritto", "no", "unsubscribed"),
            ("lastState", "emailsUnsubscribed", "unsubscribed"),
            ("lastState", "emailsBounced", "bounced"),
            ("category", "Do Not Contact", "unsubscribed"),
            ("result", "invalid", "bounced"),
            ("Status", "Do not contact - legal", "unsubscribed"),
            ("Status", "Inactive (unsubscribed)", "unsubscribed"),
            ("Status", "cancelled", "unsubscribed"),
            ("Status", "Opt-out: no", "new"),
        ],
    )
    def test_is_heard(self, api: Api, cloud: Cloud, column: str, value: str, status: str) -> None:
        imported(api, cloud, f"Email,{column}\n{ADA},{value}\n")

        found = contacts(api)[ADA]
        assert found["status"] == status
        kept = value in ("Verified", "Nurture", "soft", "USER_UNKNOWN", "Opt-out: no")
        assert found["custom"] == ({column: value} if kept else {}) or column == "UNSUB_TIME"

    @pytest.mark.parametrize("duplicates", ["skip", "update", "fill_blanks"])
    def test_is_never_lost_and_never_taken_away(
        self, api: Api, cloud: Cloud, duplicates: str
    ) -> None:
        api.post("/v1/contacts", {"email": ADA, "title": "CTO"})

        stopped = imported(api, cloud, f"Email,Title,DNC\n{ADA},CTO,yes\n", duplicates=duplicates)
        freed = imported(api, cloud, f"Email,DNC\n{ADA},no\n", duplicates=duplicates)

        assert stopped.counts == {"updated": 1}
        assert freed.counts == {"skipped" if duplicates == "skip" else "unchanged": 1}
        assert contacts(api)[ADA]["status"] == "unsubscribed"
        stopped.reverted()
        assert contacts(api)[ADA]["status"] == "new"

    def test_is_not_guessed(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, f"Email,Opt Out\n{ADA},perhaps\n")

        (row,) = importing.rows("failed")
        assert "neither yes nor no" in row["reason"]
        assert any("'Opt Out'" in warning for warning in importing.state["warnings"])


class TestOwnFiles:
    CONTACTS = (
        {
            "email": "=eve@x.example",
            "first_name": "=Grace",
            "phone": "+49 30 1234",
            "tags": ["a, b", "c", "'=d"],
            "custom": {"note": "-5", "more": 'two\nlines, "quoted"', "n": 5, "Stage, now": "'=x"},
            "timezone": "Europe/Berlin",
            "fit_score": 0.25,
        },
        {"email": "bob@x.example", "tags": ["x", "y"], "title": "Ms.", "custom": {"yes": True}},
        {"email": "eve@x.example", "linkedin_url": "linkedin.com/in/eve"},
    )
    SET = ("email", "first_name", "last_name", "title", "phone", "tags", "timezone", "fit_score")

    @pytest.fixture(autouse=True)
    def _made(self, api: Api) -> None:
        for contact in self.CONTACTS:
            created = api.post("/v1/contacts", contact)
            assert created.status == 201, created.text
        path = f"/v1/contacts/{created.json['id']}"
        api.patch(path, {"status": "unsubscribed"})

    @pytest.mark.parametrize("format", ["csv", "jsonl"])
    def test_change_nothing(self, api: Api, cloud: Cloud, format: str) -> None:
        before = contacts(api)
        file = exported(api, cloud, format=format)

        importing = imported(api, cloud, file, format=format, duplicates="update")

        assert importing.counts == {"unchanged": 3}, importing.rows()
        assert contacts(api) == before

    def test_come_back_as_they_went(self, api: Api, cloud: Cloud) -> None:
        before = exported(api, cloud)
        for contact in contacts(api).values():
            api.delete(f"/v1/contacts/{contact['id']}")

        imported(api, cloud, before)

        assert self._settable(exported(api, cloud)) == self._settable(before)

    def _settable(self, file: bytes) -> list[dict[str, Any]]:
        rows = csv.DictReader(io.StringIO(file.decode(), newline=""))
        kept = [
            {n: v for n, v in row.items() if n in (*self.SET, "status") or n.startswith("custom.")}
            for row in rows
        ]
        return sorted(kept, key=lambda row: row["email"])

"""Whose an address is, proved by a login at the mail server that its domain names."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.authorities import Authority
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import test_ownership
from tests.integration.outreach import a_mailbox
from tests.integration.test_mailboxes import repository
from tests.integration.test_ownership import ADDRESS, published, verify
from tests.mailservers import PASSWORD, MailServer, mail_server

proved = test_ownership.proved


@contextmanager
def at_home(cloud: Cloud, host: str, folder: Path) -> Iterator[MailServer]:
    """A mail server on this machine that has the name of a host, and a certificate for it."""
    authority = Authority(folder)
    with (
        cloud.environment(STAGE="local"),
        patch("outrider.mailboxes.smtp.system_tls", authority.trusted),
        patch.object(socket, "getaddrinfo", partial(_found_at_home, host, socket.getaddrinfo)),
        mail_server(user=ADDRESS, starttls=authority.server(host)) as server,
    ):
        yield server


def _found_at_home(ours: str, look_up: Any, host: str, *asked: Any, **more: Any) -> Any:
    return look_up("127.0.0.1" if host == ours else host, *asked, **more)


def login_at(host: str, server: MailServer) -> dict[str, Any]:
    return {"host": host, "port": server.port, "username": ADDRESS, "password": PASSWORD}


class TestProofByLogin:
    @pytest.mark.parametrize(
        ("host", "username", "mx"),
        [
            ("smtp.evil.example", ADDRESS, "10 mx.acme.com."),
            ("smtp.acme.com", ADDRESS, "10 mx.acme.com."),
            ("smtp.gmail.com", ADDRESS, "10 mx.acme.com."),
            ("smtp.gmail.com", ADDRESS, "1 google.com.evil.example."),
            ("smtp.gmail.com", "eve@evil.example", "1 aspmx.l.google.com."),
        ],
    )
    def test_counts_only_at_the_domains_own_server(
        self, api: Api, cloud: Cloud, host: str, username: str, mx: str
    ) -> None:
        smtp = {"host": host, "username": username, "password": PASSWORD}
        mailbox = a_mailbox(api, email=ADDRESS, kind="smtp", smtp=smtp)

        with published(cloud, None, MX=[mx]):
            answer = verify(api, mailbox, {"method": "login"}).json

        why = "not named by acme.com" if username == ADDRESS else "smtp.username"
        assert (answer["verified"], why in answer["detail"]) == (False, True)

    @pytest.mark.parametrize(
        ("host", "mx"),
        [
            ("mx.acme.com", ["10 mx.acme.com."]),
            ("acme.com", []),
            ("smtp.gmail.com", ["1 aspmx.l.google.com."]),
            ("smtp.office365.com", ["0 acme-com.mail.protection.outlook.com."]),
        ],
    )
    def test_of_a_server_that_the_domain_names_proves_the_address(
        self, api: Api, cloud: Cloud, tmp_path: Path, *, host: str, mx: list[str]
    ) -> None:
        with published(cloud, None, MX=mx), at_home(cloud, host, tmp_path) as server:
            wrong = {**login_at(host, server), "password": "wrong"}
            mailbox = a_mailbox(api, email=ADDRESS, kind="smtp", smtp=wrong)
            refused = verify(api, mailbox, {"method": "login"}).json
            api.patch(f"/v1/mailboxes/{mailbox['id']}", {"smtp": {"password": PASSWORD}})
            taken = verify(api, mailbox, {"method": "login"}).json

        assert (refused["verified"], host in refused["detail"]) == (False, True)
        assert (taken["verified"], taken["verified_by"]) == (True, "login")
        assert all(server.encrypted)
        assert server.received == []

    def test_is_none_with_the_password_of_another_mailbox(
        self, api: Api, cloud: Cloud, tmp_path: Path
    ) -> None:
        host = "mx.acme.com"
        with published(cloud, None, MX=[f"10 {host}."]), at_home(cloud, host, tmp_path) as server:
            options: dict[str, Any] = {
                "email": ADDRESS,
                "kind": "smtp",
                "smtp": login_at(host, server),
            }
            theirs = a_mailbox(api, workspace="globex", **options)
            ours = a_mailbox(api, **options)
            stolen = repository(api, "globex").require(theirs["id"]).smtp
            before = repository(api).require(ours["id"])
            after = before.model_copy(update={"smtp": stolen, "version": before.version + 1})
            repository(api).change(before, after)

            answer = verify(api, ours, {"method": "login"}).json

        assert (answer["verified"], server.logins) == (False, [])
        assert "could not be decrypted" in answer["detail"]

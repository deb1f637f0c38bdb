"""What is found out about an address: from a real name server on loopback, and by itself."""

from typing import Any, get_args

import pytest
from dns.exception import DNSException
from dns.resolver import NoResolverConfiguration, Resolver
from hypothesis import given
from hypothesis import strategies as st

from outrider.contacts.models import Verdict
from outrider.contacts.verification import rules
from outrider.contacts.verification.deliverability import Route, look_up
from outrider.kit.text.addresses import normalise
from tests.nameserver import Zone, nameserver

_NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_+'!#$%&*/=?^`{|}~äß中", max_size=70)


class TestLookUp:
    @pytest.mark.parametrize(
        ("zone", "route"),
        [
            ({("acme.com", "MX"): ["10 mx.acme.com."]}, "mx"),
            ({("acme.com", "MX"): ["0 .", "10 mx.acme.com."]}, "mx"),
            ({("acme.com", "MX"): ["0 ."]}, "refuses_mail"),
            ({("acme.com", "A"): ["8.8.8.8"]}, "no_mx"),
            ({("acme.com", "AAAA"): ["2620:fe::fe"]}, "no_mx"),
            ({("acme.com", "A"): ["10.0.0.1"]}, "refuses_mail"),
            (
                {("acme.com", "A"): ["8.8.8.8"], ("acme.com", "TXT"): ['"v=spf1 -all"']},
                "refuses_mail",
            ),
            ({("acme.com", "TXT"): ['"hello"']}, "refuses_mail"),
            ({}, "no_such_domain"),
            ({("acme.com", "MX"): "SERVFAIL"}, "dns_unanswered"),
            ({("acme.com", "MX"): "REFUSED"}, "dns_unanswered"),
            ({("acme.com", "MX"): "GARBAGE"}, "dns_unanswered"),
            ({("acme.com", "A"): "SERVFAIL"}, "dns_unanswered"),
            ({("acme.com", "A"): ["10.0.0.1"], ("acme.com", "AAAA"): "SERVFAIL"}, "dns_unanswered"),
        ],
        ids=str,
    )
    def test_tells_what_the_name_server_says(self, zone: Zone, route: Route) -> None:
        with nameserver(zone) as server:
            assert look_up("ada@acme.com", server) == route

    @pytest.mark.parametrize(
        "zone",
        [
            {("acme.com", "MX"): "SILENCE"},
            {("acme.com", "A"): "SILENCE"},
            {("acme.com", "A"): ["8.8.8.8"], ("acme.com", "TXT"): "SILENCE"},
        ],
        ids=str,
    )
    def test_does_not_wait_for_ever(self, zone: Zone) -> None:
        with nameserver(zone) as server:
            assert look_up("ada@acme.com", server, within=0.3) == "dns_unanswered"

    def test_asks_nothing_when_the_time_is_over(self) -> None:
        with nameserver({("acme.com", "MX"): ["10 mx.acme.com."]}) as server:
            assert look_up("ada@acme.com", server, within=0) == "dns_unanswered"

    def test_asks_for_the_ascii_name(self) -> None:
        with nameserver({("xn--bcher-kva.com", "MX"): ["10 mx.acme.com."]}) as server:
            assert look_up(normalise("ada@bücher.com"), server) == "mx"

    @pytest.mark.parametrize(
        "failure",
        [DNSException, OSError, NoResolverConfiguration, RuntimeError],
    )
    def test_takes_a_failure_of_its_own_for_no_answer(
        self, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
    ) -> None:
        def fails(*_: object, **__: object) -> None:
            raise failure

        monkeypatch.setattr(Resolver, "resolve", fails)

        assert look_up("ada@acme.com", "127.0.0.1:9") == "dns_unanswered"

    def test_needs_no_resolvers_of_the_system(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: object, **__: object) -> None:
            raise NoResolverConfiguration

        monkeypatch.setattr(Resolver, "read_resolv_conf", fails)

        assert look_up("ada@acme.com") == "dns_unanswered"


class TestSuspicions:
    @pytest.mark.parametrize(
        ("address", "reasons"),
        [
            ("ada@acme.com", []),
            ("INFO@acme.com", ["role"]),
            ("info+crm@acme.com", ["role"]),
            ("information@acme.com", []),
            ("ada@mailinator.com", ["disposable"]),
            ("ada@mx.mailinator.com", ["disposable"]),
            ("ada@notmailinator.org", []),
            ("sales@mailinator.com", ["disposable", "role"]),
            ("ada@outrider.test", ["reserved_domain"]),
        ],
    )
    def test_are_told_from_the_address(self, address: str, reasons: list[str]) -> None:
        assert rules.suspicions(address) == reasons


class TestVerdict:
    @pytest.mark.parametrize(
        ("reasons", "verdict"),
        [
            ([], "valid"),
            (["no_mx"], "risky"),
            (["role"], "risky"),
            (["role", "dns_unanswered"], "unknown"),
            (["disposable", "refuses_mail"], "invalid"),
            (["reserved_domain", "dns_not_asked"], "invalid"),
        ],
    )
    def test_is_the_worst_that_is_certain(self, reasons: list[Any], verdict: Verdict) -> None:
        assert rules.verdict_of(reasons) == verdict

    @given(local=_NAMES, domain=_NAMES, route=st.sampled_from(get_args(Route)))
    def test_is_given_for_every_address_we_accept(
        self, local: str, domain: str, route: Route
    ) -> None:
        try:
            address = normalise(f"{local}@{domain}")
        except ValueError:
            return

        verdict = rules.verdict_of([*rules.suspicions(address), *rules.reasons_of(route)])

        assert verdict in get_args(Verdict)
        assert route != "dns_unanswered" or verdict in ("unknown", "invalid")
        assert look_up(address, "127.0.0.1:9", within=0) == "dns_unanswered"

import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.networks import is_loopback, is_public
from outrider.kit.outbound.targets import HOST_PATTERN, InvalidUrl, UrlTarget, parse_host
from tests import forbidden
from tests.authorities import Authority
from tests.hostile import CHUNKED, resetting, trickling
from tests.receivers import Peer, Receiver, answering, receiver

PUBLIC = "93.184.216.34"


def failing(outbound: Outbound, url: str) -> str:
    """Why a request is not answered."""
    with pytest.raises(OutboundFailed) as failure:
        outbound.post(url, b"{}", {})
    return failure.value.reason


def to_loopback(end_within: float = 5) -> Outbound:
    return Outbound(loopback=True, end_within=end_within)


class TestPublicAddresses:
    @pytest.mark.parametrize("text", forbidden.ADDRESSES)
    def test_refuses_what_is_not_public(self, text: str) -> None:
        assert not is_public(ip_address(text))

    @pytest.mark.parametrize(
        "text", ["8.8.8.8", PUBLIC, "100.63.0.1", "2606:4700::1111", "2a00::1"]
    )
    def test_lets_public_addresses_pass(self, text: str) -> None:
        assert is_public(ip_address(text))

    def test_knows_loopback_from_what_contains_it(self) -> None:
        loopback = [text for text in forbidden.ADDRESSES if is_loopback(ip_address(text))]

        assert loopback == ["127.0.0.1", "127.255.255.254", "::1"]


class TestTarget:
    @pytest.mark.parametrize(
        ("url", "port"),
        [("https://example.com", 443), ("http://example.com", 80), ("https://example.com:80", 80)],
    )
    def test_has_the_port_of_its_scheme_unless_it_names_one(self, url: str, port: int) -> None:
        assert UrlTarget.of(url).port == port

    def test_may_be_2048_characters_long(self) -> None:
        longest = "https://example.com/".ljust(2_048, "x")

        assert UrlTarget.of(longest).path == longest.removeprefix("https://example.com")
        with pytest.raises(InvalidUrl, match="2,048"):
            UrlTarget.of(f"{longest}x")

    @pytest.mark.parametrize("host", ["example.com", "example.com.", "[2606:4700::1111]"])
    def test_has_a_host_that_the_pattern_of_the_api_document_matches(self, host: str) -> None:
        assert re.search(HOST_PATTERN, host)
        assert parse_host(host)

    def test_takes_a_url_apart(self) -> None:
        target = UrlTarget.of("https://Hooks.Example.com.:8443/a%20b?x=1")

        assert target == UrlTarget("https", "hooks.example.com", 8443, "/a%20b?x=1")
        assert target.authority == "hooks.example.com:8443"

    def test_writes_international_names_in_ascii(self) -> None:
        assert UrlTarget.of("https://bücher.example").host == "xn--bcher-kva.example"

    def test_writes_addresses_in_their_one_form(self) -> None:
        target = UrlTarget.of("https://[2606:4700:0:0::1111]")

        assert (target.host, target.authority) == ("2606:4700::1111", "[2606:4700::1111]")

    @pytest.mark.parametrize("host", forbidden.HOSTS)
    def test_refuses_hosts_that_readers_could_disagree_about(self, host: str) -> None:
        with pytest.raises(InvalidUrl):
            UrlTarget.of(f"https://{host}/")

    @pytest.mark.parametrize("url", forbidden.URLS)
    def test_refuses_what_is_more_or_less_than_a_place(self, url: str) -> None:
        with pytest.raises(InvalidUrl):
            UrlTarget.of(url)

    @pytest.mark.parametrize("character", ["\0", "\t", "\n", "\r", " ", "\x7f"])
    def test_refuses_spaces_and_controls(self, character: str) -> None:
        with pytest.raises(InvalidUrl):
            UrlTarget.of(f"https://example.com/{character}x")


class TestGuard:
    @pytest.mark.parametrize("address", forbidden.ADDRESSES)
    def test_connects_to_no_forbidden_address(self, address: str) -> None:
        outbound = Outbound(resolve=lambda host, port: [address])

        assert failing(outbound, "https://hooks.example.com/") == "blocked_address"

    @pytest.mark.parametrize("address", forbidden.ADDRESSES)
    def test_connects_to_no_forbidden_address_in_the_url(self, address: str) -> None:
        assert failing(Outbound(), forbidden.url_of(address)) == "blocked_address"

    def test_asks_that_every_address_is_public(self) -> None:
        outbound = Outbound(resolve=lambda host, port: [PUBLIC, "10.0.0.1"])

        assert failing(outbound, "https://hooks.example.com/") == "blocked_address"

    def test_does_not_connect_when_the_resolver_changes_its_answer(self) -> None:
        with receiver(answering()) as peer:
            answers = iter([[PUBLIC], ["127.0.0.1"]])
            outbound = Outbound(resolve=lambda host, port: next(answers))
            outbound.check(f"https://hooks.example.com:{peer.port}/")

            reason = failing(outbound, f"https://hooks.example.com:{peer.port}/")

        assert (reason, peer.connections) == ("blocked_address", 0)

    def test_resolves_once_for_a_request(self) -> None:
        with receiver(answering()) as peer:
            answers = iter([["127.0.0.1"]])
            outbound = Outbound(loopback=True, resolve=lambda host, port: next(answers))

            answer = outbound.post(f"http://hooks.example.com:{peer.port}/", b"{}", {})

        assert answer.status == 200
        assert f"Host: hooks.example.com:{peer.port}".encode() in peer.requests[0]

    def test_takes_http_for_development_only(self) -> None:
        with pytest.raises(InvalidUrl):
            Outbound().check("http://127.0.0.1:9000/")

    def test_lets_http_go_nowhere_but_to_this_machine(self) -> None:
        assert failing(to_loopback(), f"http://{PUBLIC}/") == "blocked_address"

    def test_keeps_other_private_addresses_forbidden_in_development(self) -> None:
        assert failing(to_loopback(), "https://10.0.0.1/") == "blocked_address"

    def test_tells_when_a_name_does_not_resolve(self) -> None:
        def unknown(host: str, port: int) -> list[str]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        assert failing(Outbound(resolve=unknown), "https://hooks.example.com/") == "dns"
        assert failing(Outbound(resolve=lambda host, port: []), "https://example.com/") == "dns"

    def test_does_not_wait_for_a_resolver_that_hangs(self) -> None:
        def hanging(host: str, port: int) -> list[str]:
            time.sleep(1)
            return [PUBLIC]

        outbound = Outbound(resolve=hanging, look_up_within=0.05)

        with within(0.5):
            assert failing(outbound, "https://hooks.example.com/") == "dns"

    def test_connects_to_what_it_checked_when_the_name_leads_elsewhere_a_moment_later(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = iter(["127.0.0.2", "127.0.0.1"])
        system = socket.getaddrinfo

        def rebinding(host: Any, *args: Any, **options: Any) -> Any:
            asked = next(answers) if host == "hooks.example.com" else host
            return system(asked, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        with receiver(answering()) as peer:
            reason = failing(to_loopback(), f"http://hooks.example.com:{peer.port}/")

        assert (reason, peer.connections, next(answers)) == ("connect", 0, "127.0.0.1")

    def test_refuses_a_connection_that_leads_elsewhere(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with receiver(answering()) as peer:
            connect = socket.create_connection
            monkeypatch.setattr(
                socket, "create_connection", lambda *_, **__: connect(("127.0.0.1", peer.port))
            )
            reason = failing(to_loopback(), f"http://127.0.0.2:{peer.port}/")

        assert (reason, peer.requests) == ("blocked_address", [])

    def test_uses_no_proxy_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with receiver(answering()) as proxy, receiver(answering()) as peer:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

            to_loopback().post(peer.url, b"{}", {})

        assert (proxy.connections, peer.connections) == (0, 1)


class TestPost:
    def test_sends_exactly_what_it_is_given(self) -> None:
        with receiver(answering("201 Created", b"thanks")) as peer:
            answer = to_loopback().post(f"{peer.url}?x=1", b'{"a":1}', {"X-Sign": "abc"})

        (request,) = peer.requests
        head, _, body = request.partition(b"\r\n\r\n")
        assert (answer.status, answer.body, body) == (201, b"thanks", b'{"a":1}')
        assert head.startswith(b"POST /hook?x=1 HTTP/1.1\r\n")
        assert b"X-Sign: abc" in head

    def test_tries_the_next_address_when_one_takes_no_connection(self) -> None:
        with receiver(answering()) as peer:
            outbound = Outbound(
                loopback=True, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"]
            )

            answer = outbound.post(peer.url, b"{}", {})

        assert (answer.status, peer.connections) == (200, 1)

    def test_tells_when_nobody_listens(self) -> None:
        with receiver(answering()) as peer:
            pass

        assert failing(to_loopback(), peer.url) == "connect"

    def test_tells_when_the_connection_is_reset_before_it_is_looked_at(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other end of a connection that was reset cannot be asked for any more."""
        connect = socket.create_connection

        def slowly(*args: Any, **options: Any) -> socket.socket:
            opened = connect(*args, **options)
            watched = select.poll()
            watched.register(opened, select.POLLHUP)
            assert watched.poll(5_000)
            return opened

        monkeypatch.setattr(socket, "create_connection", slowly)
        with receiver(resetting(), reads=False) as peer:
            assert failing(to_loopback(), peer.url) == "connect"

    def test_does_not_follow_redirects(self) -> None:
        with receiver(answering()) as inside:
            redirect = answering("301 Moved", b"", f"Location: {inside.url}\r\n")
            with receiver(redirect) as peer:
                answer = to_loopback().post(peer.url, b"{}", {})

        assert (answer.status, inside.connections) == (301, 0)


class TestTls:
    def test_sends_to_the_name_of_the_certificate(self, authority: Authority) -> None:
        with receiver(answering(), authority.server("hooks.example.com")) as peer:
            answer = trusting(authority).post(url(peer), b"{}", {})

        assert answer.status == 200

    def test_refuses_a_certificate_for_another_name(self, authority: Authority) -> None:
        with receiver(answering(), authority.server("other.example.com")) as peer:
            reason = failing(trusting(authority), url(peer))

        assert (reason, peer.requests) == ("tls", [])

    def test_refuses_a_certificate_of_nobody(self, authority: Authority) -> None:
        outbound = Outbound(loopback=True, resolve=lambda host, port: ["127.0.0.1"])
        with receiver(answering(), authority.server("hooks.example.com")) as peer:
            reason = failing(outbound, url(peer))

        assert (reason, peer.requests) == ("tls", [])

    def test_refuses_a_certificate_that_signed_itself(self, authority: Authority) -> None:
        with receiver(answering(), authority.self_signed("hooks.example.com")) as peer:
            reason = failing(trusting(authority), url(peer))

        assert (reason, peer.requests) == ("tls", [])

    def test_refuses_a_certificate_of_yesterday(self, authority: Authority) -> None:
        with receiver(answering(), authority.expired("hooks.example.com")) as peer:
            reason = failing(trusting(authority), url(peer))

        assert (reason, peer.requests) == ("tls", [])

    def test_ends_a_handshake_a_byte_now_and_then(self, authority: Authority) -> None:
        record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + b"\x03" * 16_380
        with receiver(trickling(record), reads=False) as peer, within(1):
            assert failing(trusting(authority, 0.2), url(peer)) == "timeout"

    def test_tells_when_an_encrypted_answer_is_cut(self, authority: Authority) -> None:
        def cut(peer: Peer) -> None:
            peer.send(CHUNKED + b"ff\r\nhello")
            peer.socket.shutdown(socket.SHUT_RDWR)

        with receiver(cut, authority.server("hooks.example.com")) as peer:
            assert failing(trusting(authority), url(peer)) == "protocol"

    def test_ends_a_handshake_that_never_comes(self, authority: Authority) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, within(1):
            port = listener.getsockname()[1]

            reason = failing(trusting(authority, 0.2), f"https://hooks.example.com:{port}/")

        assert reason == "timeout"

    def test_ends_a_slow_answer_at_the_deadline(self, authority: Authority) -> None:
        def slow(peer: Peer) -> None:
            peer.trickle(b"HTTP/1.1 200 OK\r\n" * 50, 0.02)

        with receiver(slow, authority.server("hooks.example.com")) as peer, within(1.5):
            assert failing(trusting(authority, 0.4), url(peer)) == "timeout"

    def test_tells_when_the_other_side_speaks_no_tls(self, authority: Authority) -> None:
        with receiver(lambda peer: peer.send(b"HTTP/1.1 400\r\n\r\n"), reads=False) as peer:
            assert failing(trusting(authority), url(peer)) == "tls"


def trusting(authority: Authority, end_within: float = 5) -> Outbound:
    """Trusts the authority, and finds every host on this machine."""
    return Outbound(
        loopback=True,
        resolve=lambda host, port: ["127.0.0.1"],
        end_within=end_within,
        tls=authority.trusted(),
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def url(peer: Receiver) -> str:
    return f"https://hooks.example.com:{peer.port}/"

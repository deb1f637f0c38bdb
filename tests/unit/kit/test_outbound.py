import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from outrider.kit.connections import OutboundFailed
from outrider.kit.networks import is_loopback, is_public
from outrider.kit.outbound import Outbound
from outrider.kit.targets import InvalidUrl, Target
from tests.authorities import Authority
from tests.receivers import Peer, Receiver, answering, receiver


def words(text: str) -> list[str]:
    return text.split()


FORBIDDEN_ADDRESSES = words("""
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254
169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.2.1 192.88.99.1
192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 100::1 100:0:0:1::1 2001::1 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2620:4f:8000::1 3fff::1 5f00::1
fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 ff01::1 ff02::1 ff0e::1
4000::1 8000::1
""")
FORBIDDEN_HOSTS = words("""
2130706433 0x7f000001 017700000001 0177.0.0.1 0x7f.0.0.1 0x7f.1 127.1 127.0.1 10.1 0 0x0 00 1.2.3
127.0.0.1.. 127.0.0.256 127.0.0.1.5 127.0.0.08 \u0663.1.1.1 \u2460\u2461\u2466.\u24ea.\u24ea.\u2460
\uff11\uff12\uff17.0.0.1 127\u30020\u30020\u30021 %31%32%37.0.0.1 127.0.0.1%2f 127.0.0.1%00
[::1%25lo] [::ffff:127.0.0.1%lo] [v1.fe80] [::1]x [] . .. -.com a..b exa$mple.com
""")
FORBIDDEN_URLS = words("""
ftp://example.com/ file:///etc/passwd gopher://example.com:70/_ //example.com example.com
https:example.com https:///path https://?x https://user@example.com/ https://user:pass@example.com/
https://@example.com/ https://example.com@127.0.0.1/ https://example.com/#part
https://example.com/# https://example.com#@evil.com/ https://example.com\\@127.0.0.1/
https:\\\\127.0.0.1 https://example.com:0/ https://example.com:65536/ https://example.com:port/
https://example.com:-1/ javascript:alert(1) data:text/plain,x unix:///var/run/docker.sock
""")
PUBLIC = "93.184.216.34"


def failing(outbound: Outbound, url: str) -> str:
    """Why a request is not answered."""
    with pytest.raises(OutboundFailed) as failure:
        outbound.post(url, b"{}", {})
    return failure.value.reason


def to_loopback(end_within: float = 5) -> Outbound:
    return Outbound(loopback=True, end_within=end_within)


class TestPublicAddresses:
    @pytest.mark.parametrize("text", FORBIDDEN_ADDRESSES)
    def test_refuses_what_is_not_public(self, text: str) -> None:
        assert not is_public(ip_address(text))

    @pytest.mark.parametrize(
        "text", ["8.8.8.8", PUBLIC, "100.63.0.1", "2606:4700::1111", "2a00::1"]
    )
    def test_lets_public_addresses_pass(self, text: str) -> None:
        assert is_public(ip_address(text))

    def test_knows_loopback_from_what_contains_it(self) -> None:
        loopback = [text for text in FORBIDDEN_ADDRESSES if is_loopback(ip_address(text))]

        assert loopback == ["127.0.0.1", "127.255.255.254", "::1"]


class TestTarget:
    def test_takes_a_url_apart(self) -> None:
        target = Target.of("https://Hooks.Example.com.:8443/a%20b?x=1")

        assert target == Target("https", "hooks.example.com", 8443, "/a%20b?x=1")
        assert target.authority == "hooks.example.com:8443"

    def test_writes_international_names_in_ascii(self) -> None:
        assert Target.of("https://bücher.example").host == "xn--bcher-kva.example"

    def test_writes_addresses_in_their_one_form(self) -> None:
        target = Target.of("https://[2606:4700:0:0::1111]")

        assert (target.host, target.authority) == ("2606:4700::1111", "[2606:4700::1111]")

    @pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
    def test_refuses_hosts_that_readers_could_disagree_about(self, host: str) -> None:
        with pytest.raises(InvalidUrl):
            Target.of(f"https://{host}/")

    @pytest.mark.parametrize("url", FORBIDDEN_URLS)
    def test_refuses_what_is_more_or_less_than_a_place(self, url: str) -> None:
        with pytest.raises(InvalidUrl):
            Target.of(url)

    @pytest.mark.parametrize("character", ["\0", "\t", "\n", "\r", " ", "\x7f"])
    def test_refuses_spaces_and_controls(self, character: str) -> None:
        with pytest.raises(InvalidUrl):
            Target.of(f"https://example.com/{character}x")

    def test_refuses_what_is_too_long(self) -> None:
        with pytest.raises(InvalidUrl):
            Target.of("https://example.com/" + "x" * 2_048)


class TestGuard:
    @pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
    def test_connects_to_no_forbidden_address(self, address: str) -> None:
        outbound = Outbound(resolve=lambda host, port: [address])

        assert failing(outbound, "https://hooks.example.com/") == "blocked_address"

    @pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
    def test_connects_to_no_forbidden_address_in_the_url(self, address: str) -> None:
        host = f"[{address}]" if ":" in address else address

        assert failing(Outbound(), f"https://{host}/") == "blocked_address"

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

    def test_does_not_follow_redirects(self) -> None:
        with receiver(answering()) as inside:
            redirect = answering("301 Moved", b"", f"Location: {inside.url}\r\n")
            with receiver(redirect) as peer:
                answer = to_loopback().post(peer.url, b"{}", {})

        assert (answer.status, inside.connections) == (301, 0)


class TestHostileReceivers:
    def test_ends_slow_headers_at_the_deadline(self) -> None:
        with (
            receiver(lambda peer: peer.trickle(b"HTTP/1.1 200 OK\r\n" * 50, 0.02)) as peer,
            within(1),
        ):
            assert failing(to_loopback(0.2), peer.url) == "timeout"

    def test_ends_a_slow_body_at_the_deadline(self) -> None:
        def slow(peer: Peer) -> None:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            peer.trickle(b"x" * 1000, 0.02)

        with receiver(slow) as peer, within(1):
            assert failing(to_loopback(0.2), peer.url) == "timeout"

    def test_ends_a_slow_body_without_a_length_at_the_deadline(self) -> None:
        def slow(peer: Peer) -> None:
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
            peer.trickle(b"x" * 1000, 0.02)

        with receiver(slow) as peer, within(1):
            assert failing(to_loopback(0.2), peer.url) == "timeout"

    def test_ends_endless_interim_answers_at_the_deadline(self) -> None:
        def continuing(peer: Peer) -> None:
            while not peer.ended.wait(0.001):
                peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")

        with receiver(continuing) as peer, within(1):
            assert failing(to_loopback(0.2), peer.url) == "timeout"

    def test_ends_silence_at_the_deadline(self) -> None:
        with receiver(lambda peer: ignore(peer.ended.wait(5))) as peer, within(1):
            assert failing(to_loopback(0.2), peer.url) == "timeout"

    @pytest.mark.parametrize("head", [b"", b"Transfer-Encoding: chunked\r\n"])
    def test_reads_a_little_of_an_endless_body(self, head: bytes) -> None:
        part = b"4000\r\n" + b"x" * 0x4000 + b"\r\n" if head else b"x" * 0x4000
        sent = [0]

        def endless(peer: Peer) -> None:
            peer.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
            while not peer.ended.is_set():
                peer.send(part)
                sent[0] += len(part)

        with receiver(endless) as peer, within(2):
            answer = to_loopback().post(peer.url, b"{}", {})

        assert (answer.status, len(answer.body)) == (200, 16_384)
        assert sent[0] < 50_000_000

    def test_does_not_unpack_what_is_packed(self) -> None:
        with receiver(
            answering(body=b"\x1f\x8b bomb", headers="Content-Encoding: gzip\r\n")
        ) as peer:
            assert to_loopback().post(peer.url, b"{}", {}).body == b"\x1f\x8b bomb"

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"garbage\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
            b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        ],
    )
    def test_tells_when_there_is_no_whole_answer(self, answer: bytes) -> None:
        with receiver(lambda peer: peer.send(answer)) as peer:
            assert failing(to_loopback(), peer.url) == "protocol"

    def test_tells_when_the_connection_is_reset(self) -> None:
        def reset(peer: Peer) -> None:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        with receiver(reset) as peer:
            assert failing(to_loopback(), peer.url) == "protocol"


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


def ignore(_: object) -> None: ...

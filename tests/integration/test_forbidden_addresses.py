"""No request leaves for a forbidden address: not at registration, not at delivery, however it is
spelled and whenever a name's address changes."""

import ipaddress
import itertools
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import forbidden
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.endpoints import attempts, create_contact, register
from tests.receivers import Receiver, answering, receiver

PUBLIC = "93.184.216.34"
PER_WORKSPACE = 20


class Network:
    """What is asked of the system's resolver, and what is connected to. Nobody answers."""

    def __init__(self) -> None:
        self.connected: list[str] = []
        self.asked: Counter[str] = Counter()
        self.leads_to: Callable[[str], str] = lambda name: PUBLIC

    def getaddrinfo(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        try:
            address = str(ipaddress.ip_address(host))
        except ValueError:
            self.asked[host] += 1
            address = self.leads_to(host)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        rest = (0, 0) if ":" in address else ()
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, *rest))]

    def connect(self, to: tuple[Any, ...]) -> None:
        self.connected.append(to[0])
        raise ConnectionRefusedError


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "prod")
    network = Network()
    monkeypatch.setattr(socket, "getaddrinfo", network.getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", lambda _, to: network.connect(to))
    return network


@pytest.fixture
def inside() -> Iterator[Receiver]:
    with receiver(answering()) as peer:
        yield peer


class TestRegistration:
    def test_refuses_every_spelling(self, api: Api, network: Network, inside: Receiver) -> None:
        spelled = [*forbidden.ADDRESSES, *forbidden.HOSTS]
        urls = [forbidden.url_of(host, inside.port) for host in spelled] + forbidden.URLS

        statuses = {url: register(api, url).status for url in urls}

        assert len(urls) > 100
        assert [url for url, status in statuses.items() if status != 422] == []
        assert (network.connected, inside.connections) == ([], 0)

    def test_refuses_names_that_lead_there(
        self, api: Api, network: Network, inside: Receiver
    ) -> None:
        network.leads_to = lambda name: forbidden.ADDRESSES[int(name.partition(".")[0][1:])]
        names = [f"h{number}.example.com" for number in range(len(forbidden.ADDRESSES))]

        answers = [register(api, forbidden.url_of(name, inside.port)) for name in names]

        assert {answer.status for answer in answers} == {422}
        assert network.asked.keys() == set(names)
        assert (network.connected, inside.connections) == ([], 0)


class TestDelivery:
    def test_goes_to_no_name_that_leads_there_by_then(
        self, api: Api, cloud: Cloud, network: Network, inside: Receiver
    ) -> None:
        webhooks = []
        for number in range(len(forbidden.ADDRESSES)):
            name = f"h{number}.example.com"
            workspace = f"acme{number // PER_WORKSPACE}"
            url = forbidden.url_of(name, inside.port)
            answer = register(api, url, "contact.created", workspace=workspace)
            webhooks.append(answer.json["id"])
        assert set(network.connected) == {PUBLIC}
        network.connected.clear()
        network.leads_to = lambda name: forbidden.ADDRESSES[int(name.partition(".")[0][1:])]

        for number in range(0, len(webhooks), PER_WORKSPACE):
            create_contact(api, workspace=f"acme{number // PER_WORKSPACE}")
        cloud.drain()

        errors = [[each["error"] for each in attempts(cloud, webhook)] for webhook in webhooks]
        assert errors == [["blocked_address"]] * len(forbidden.ADDRESSES)
        assert (network.connected, inside.connections) == ([], 0)

    def test_goes_where_it_looked_when_the_name_leads_there_a_moment_later(
        self, api: Api, cloud: Cloud, network: Network, inside: Receiver
    ) -> None:
        name = "hooks.example.com"
        webhook = register(api, forbidden.url_of(name, inside.port), "contact.created").json
        asked_before = network.asked.pop(name)
        network.connected.clear()
        answers = itertools.chain([PUBLIC], itertools.repeat("127.0.0.1"))
        network.leads_to = lambda _: next(answers)

        create_contact(api)
        cloud.drain()
        (first,) = attempts(cloud, webhook["id"])
        made_by_then = (network.asked[name], list(network.connected))
        cloud.run(hours=1)

        assert asked_before == 2  # once to check, once to send the test
        assert made_by_then == (1, [PUBLIC])
        assert first["error"] == "connect"
        later = [each["error"] for each in attempts(cloud, webhook["id"])[1:]]
        assert set(later) == {"blocked_address"}
        assert network.asked[name] == 1 + len(later)
        assert (network.connected, inside.connections) == ([PUBLIC], 0)

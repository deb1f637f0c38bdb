"""Pages of every shape over real HTTP: what research finds, and what it costs to find out."""

import time
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from outrider.kit.outbound.client import Outbound
from outrider.research.models import Findings
from outrider.research.site.choice import Site
from outrider.research.site.looking import SiteLookup
from outrider.research.site.reader import SiteReader
from tests import page_shapes
from tests.authorities import Authority
from tests.hostile import OK, trickling
from tests.page_shapes import TITLE, Shape
from tests.receivers import Script, receiver
from tests.websites import HTML, page, website

LOOKUP = SiteLookup(SiteReader(Outbound(loopback=True, end_within=5), within=5), plain=True)
IN_A_HURRY = replace(LOOKUP, reader=replace(LOOKUP.reader, within=0.3))
MAX_CPU_SECONDS = 2.0
MAX_MEMORY = 24 * 1024 * 1024


def look(paths: Mapping[str, Script], lookup: SiteLookup = LOOKUP) -> Findings:
    with website(paths) as site:
        return lookup.look(Site(site.url, None), None)


def problems(findings: Findings) -> tuple[str, ...]:
    return tuple(source.error for source in findings.sources if source.error)


class TestShapes:
    @pytest.mark.parametrize("shape", page_shapes.ALL, ids=lambda shape: shape.name)
    def test_come_to_findings(self, shape: Shape) -> None:
        findings = look(shape.paths)

        facts = findings.facts.model_dump()
        assert (findings.outcome, problems(findings)) == (shape.outcome, shape.problems)
        assert {name: facts[name] for name in shape.facts} == shape.facts

    @pytest.mark.parametrize("shape", page_shapes.ALL, ids=lambda shape: shape.name)
    def test_cost_little(self, shape: Shape) -> None:
        with website(shape.paths) as site:
            tracemalloc.start()
            began = time.thread_time()
            LOOKUP.look(Site(site.url, None), None)
            seconds = time.thread_time() - began
            _, memory = tracemalloc.get_traced_memory()
            tracemalloc.stop()

        assert seconds < MAX_CPU_SECONDS
        assert memory < MAX_MEMORY

    @pytest.mark.parametrize(
        "script",
        [
            trickling(b"x" * 1_000, OK + HTML.encode() + b"\r\n"),
            trickling(OK * 50),
            lambda peer: peer.ended.wait(10),
        ],
        ids=["a body", "headers", "silence"],
    )
    @pytest.mark.parametrize("path", ["/", "/robots.txt"])
    def test_that_take_too_long_end_in_time(self, path: str, script: Script) -> None:
        began = time.monotonic()
        findings = look({"/": page(TITLE), path: script}, IN_A_HURRY)

        assert (findings.outcome, problems(findings)) == ("unreachable", ("timeout",))
        assert time.monotonic() - began < 5


class TestCertificates:
    @pytest.mark.parametrize("kind", ["expired", "self_signed", "of another host"])
    def test_that_are_not_valid_give_nothing(self, kind: str, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        host = "localhost"
        made = {
            "expired": lambda: authority.expired(host),
            "self_signed": lambda: authority.self_signed(host),
            "of another host": lambda: authority.server("acme.example"),
        }
        outbound = replace(LOOKUP.reader.outbound, tls=authority.trusted())
        lookup = replace(LOOKUP, reader=replace(LOOKUP.reader, outbound=outbound))

        with receiver(page(TITLE), made[kind]()) as server:
            findings = lookup.look(Site(f"https://{host}:{server.port}/", None), None)

        assert (findings.outcome, problems(findings)) == ("unreachable", ("tls",))

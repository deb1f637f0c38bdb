"""No order of claims, proofs and withdrawals gives a workspace the mail for an address that another
has proved to be its own."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.mailboxes.wiring import inboxes
from tests.harness import stack
from tests.harness.api import Api, Mode
from tests.harness.cloud import Cloud
from tests.nameserver import nameserver

OWNER, STRANGER = "acme", "globex"
Act = Literal["add", "delete", "verify", "check", "guess", "publish", "withdraw", "grant"]
ACTS = st.one_of(
    st.tuples(
        st.sampled_from([OWNER, STRANGER]),
        st.sampled_from(["live", "test"]),
        st.sampled_from(["add", "delete", "verify", "check", "guess"]),
    ),
    st.tuples(st.just(OWNER), st.just("live"), st.sampled_from(["publish", "withdraw", "grant"])),
)


@dataclass
class World:
    """An address whose domain names the owner, or nobody; what the mailboxes are called."""

    api: Api
    zone: dict[tuple[str, str], list[str] | str]
    domain: str = field(default_factory=lambda: f"{uuid4().hex}.com")
    mailboxes: dict[tuple[str, Mode], str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"ada@{self.domain}"

    def do(self, workspace: str, mode: Mode, act: Act) -> None:
        options: dict[str, Any] = {"workspace": workspace, "mode": mode}
        path = f"/v1/mailboxes/{self.mailboxes.get((workspace, mode), 'mbx_0')}"
        name = (f"_outrider.{self.domain}", "TXT")
        match act:
            case "add":
                answer = self.api.post("/v1/mailboxes", {"email": self.email}, **options)
                if answer.status == 201:
                    self.mailboxes[workspace, mode] = answer.json["id"]
            case "delete":
                self.api.delete(path, **options)
                self.mailboxes.pop((workspace, mode), None)
            case "verify":
                self.api.post(f"{path}/verify", **options)
            case "guess":
                self.api.post(f"{path}/verify", {"method": "code"}, **options)
                self.api.post(f"{path}/verify", {"code": "00000000"}, **options)
            case "check":
                self.api.post(f"{path}/check", **options)
            case "publish":
                record = self.api.post(f"{path}/verify", **options).json.get("record")
                if record:
                    self.zone[name] = [f'"{record["value"]}"']
            case "withdraw":
                self.zone.pop(name, None)
            case "grant":
                self.api.grant(OWNER, address=self.email)

    def verified_by(self, workspace: str) -> dict[str, str | None]:
        return {
            mode: self.api.get(f"/v1/mailboxes/{each}", workspace=owner, mode=mode).json[
                "verified_by"
            ]
            for (owner, mode), each in self.mailboxes.items()
            if owner == workspace
        }


@pytest.mark.parametrize("ownership", ["proved", "first"])
def test_only_an_owner_gets_the_mail_for_its_address(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, ownership: str
) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "MailboxOwnership", ownership)
    zone: dict[tuple[str, str], list[str] | str] = {}

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(ACTS, max_size=8))
    def run(acts: list[tuple[str, Mode, Act]]) -> None:
        world = World(cloud.api, zone)
        zone[world.domain, "TXT"] = []
        for act in acts:
            world.do(*act)
            owners = {workspace.public for workspace, _ in inboxes().find(world.email)}
            mine, theirs = world.verified_by(OWNER), world.verified_by(STRANGER)
            stranger = cloud.api.workspace(STRANGER).id
            proved = {"dns", "operator"} & set(mine.values())
            assert stranger not in owners or (ownership == "first" and not proved)
            assert set(theirs.values()) <= {None, "first"}
            assert ownership == "first" or set(theirs.values()) <= {None}

    with nameserver(zone) as server, cloud.environment(DNS_SERVER=server):
        run()
